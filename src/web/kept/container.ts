// An overlay as one file: a line that says what it is, a line of names and sizes, then the files of its layers (block/layers).

const MAGIC = "wasmachine overlay 1\n";
/** A longer list of files is none of ours. */
const MOST_HEAD = 65536;
const NAME = /^\d+\.(data|map[01])$/;

export interface Part {
  readonly name: string;
  readonly contents: Blob;
}

/** Nothing is read before somebody reads the file. */
export function pack(parts: readonly Part[]): Blob {
  const list = parts.map(({ name, contents }) => ({ name, bytes: contents.size }));
  return new Blob([`${MAGIC}${JSON.stringify(list)}\n`, ...parts.map(({ contents }) => contents)]);
}

/** Rejects with an Error, one sentence, for what is none. */
export async function unpack(file: Blob): Promise<Part[]> {
  const head = await file.slice(0, MOST_HEAD).text();
  const end = head.indexOf("\n", MAGIC.length);
  if (!head.startsWith(MAGIC) || end < 0) throw new Error("the file is no overlay that exportOverlay() gave");
  const text = head.slice(0, end + 1);
  const list = readList(text.slice(MAGIC.length));
  let at = new TextEncoder().encode(text).length;
  const parts = list.map(({ name, bytes }) => {
    const contents = file.slice(at, at + bytes);
    at += bytes;
    return { name, contents };
  });
  if (at !== file.size)
    throw new Error(`the overlay's file has ${file.size} bytes, and ${at} belong to it: it is not whole`);
  return parts;
}

function readList(text: string): { name: string; bytes: number }[] {
  try {
    const list = JSON.parse(text) as { name: string; bytes: number }[];
    const names = new Set(list.map(({ name }) => name));
    const good = list.every(({ name, bytes }) => NAME.test(name) && Number.isSafeInteger(bytes) && bytes >= 0);
    if (good && names.size === list.length && names.has("0.data") && names.has("0.map0")) return list;
  } catch {
    // What is no list is none.
  }
  throw new Error("the overlay's file is damaged: its list of layers cannot be read");
}

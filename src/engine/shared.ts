// A core for memory that threads share: compiled code is the same, only the import of its memory says so. The build makes one module of
// a guest; this makes the other one of its bytes.

/** Section of imports, and the kinds of what is imported. */
const IMPORTS = 2;
const FUNCTION = 0;
const TABLE = 1;
const MEMORY = 2;
const GLOBAL = 3;
/** Of limits: there is a maximum, and the memory is shared. */
const SHARED = 3;
const HEADER = 8;
/** The first four bytes of a module, as a number. */
const MAGIC = 0x6d736100;
/** All that 32-bit addresses reach. */
const MAX_PAGES = 65536;

/** The module `bytes` with its memory shared. Throws Error where they are no module, or one that imports no memory. */
export function sharedModule(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = bytes;
  if (length < HEADER || new DataView(buffer, byteOffset, length).getUint32(0, true) !== MAGIC)
    throw new Error("this is no WebAssembly module");
  const reader = new Reader(bytes, HEADER);
  while (reader.at < bytes.length) {
    const start = reader.at;
    const id = reader.byte();
    const size = reader.u32();
    const body = reader.at;
    if (id === IMPORTS) {
      const content = shared(bytes, body, body + size);
      const section = [id, ...leb(content.length), ...content];
      const out = new Uint8Array(bytes.length - (body + size - start) + section.length);
      out.set(bytes.subarray(0, start));
      out.set(section, start);
      out.set(bytes.subarray(body + size), start + section.length);
      return out;
    }
    reader.at = body + size;
  }
  throw new Error("the module imports no memory");
}

/** The imports at [at, end) with the memory among them shared. */
function shared(bytes: Uint8Array, at: number, end: number): number[] {
  const reader = new Reader(bytes, at);
  for (let left = reader.u32(); left > 0; left--) {
    reader.name();
    reader.name();
    const kind = reader.byte();
    if (kind === FUNCTION) reader.u32();
    else if (kind === TABLE) {
      reader.byte();
      reader.limits();
    } else if (kind === GLOBAL) reader.at += 2;
    else if (kind === MEMORY) {
      const limits = reader.at;
      const [min, max] = reader.limits();
      const most = Math.min(max ?? MAX_PAGES, MAX_PAGES);
      const changed = [SHARED, ...leb(min), ...leb(most)];
      return [...bytes.subarray(at, limits), ...changed, ...bytes.subarray(reader.at, end)];
    } else throw new Error(`imports of kind ${kind} are not known`);
  }
  throw new Error("the module imports no memory");
}

function leb(value: number): number[] {
  const out: number[] = [];
  for (; value > 127; value >>>= 7) out.push((value & 127) | 128);
  out.push(value);
  return out;
}

class Reader {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new Error("the module ends before its imports do");
    return byte;
  }

  u32(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  name(): void {
    const length = this.u32();
    this.at += length;
  }

  limits(): [min: number, max: number | undefined] {
    const flags = this.byte();
    const min = this.u32();
    return [min, flags & 1 ? this.u32() : undefined];
  }
}

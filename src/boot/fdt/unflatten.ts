import * as f from "./format.js";
import { TreeNode } from "./tree.js";

export interface FlattenedTree {
  /** Properties are bytes. */
  readonly root: TreeNode;
  readonly reservations: readonly f.Reservation[];
  readonly bootCpu: number;
}

/** Nodes within nodes; real trees have a dozen. */
const MOST_DEPTH = 64;

export function isFlattenedTree(bytes: Uint8Array): boolean {
  return bytes.length >= f.HEADER_SIZE && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === f.MAGIC;
}

/** Reads a flattened tree. Throws RangeError that says what is wrong with it: the rest of a sentence that begins with the file's name. */
export function unflatten(bytes: Uint8Array): FlattenedTree {
  if (!isFlattenedTree(bytes)) throw new RangeError("is not a flattened device tree");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const total = view.getUint32(f.H_TOTAL_SIZE);
  if (total > bytes.length) {
    throw new RangeError(`is truncated: the device tree should have ${total} bytes, not ${bytes.length}`);
  }
  const compatible = view.getUint32(f.H_COMPATIBLE);
  const version = view.getUint32(f.H_VERSION);
  if (version < f.VERSION || compatible > f.VERSION) {
    throw new RangeError(`is a device tree of version ${version}; versions from ${f.VERSION} on can be read`);
  }
  const block = (name: string, at: number, size: number): Uint8Array => {
    if (at < f.HEADER_SIZE || at + size > total) throw damaged(`its ${name} lie outside of it`);
    return bytes.subarray(at, at + size);
  };
  const strings = block("strings", view.getUint32(f.H_STRINGS), view.getUint32(f.H_STRINGS_SIZE));
  const structure = block("nodes", view.getUint32(f.H_STRUCTURE), view.getUint32(f.H_STRUCTURE_SIZE));
  return {
    root: readNodes(structure, strings),
    reservations: readReservations(view, view.getUint32(f.H_RESERVATIONS), total),
    bootCpu: view.getUint32(f.H_BOOT_CPU),
  };
}

function readReservations(view: DataView, start: number, total: number): f.Reservation[] {
  const found: f.Reservation[] = [];
  for (let at = start; ; at += 16) {
    if (at < f.HEADER_SIZE || at + 16 > total) throw damaged("its list of reserved memory has no end");
    const entry = { address: view.getBigUint64(at), size: view.getBigUint64(at + 8) };
    if (entry.address === 0n && entry.size === 0n) return found;
    found.push(entry);
  }
}

function readNodes(structure: Uint8Array, strings: Uint8Array): TreeNode {
  const view = new DataView(structure.buffer, structure.byteOffset, structure.length);
  let at = 0;
  const word = (): number => {
    if (at + 4 > structure.length) throw damaged("it ends within a node");
    at += 4;
    return view.getUint32(at - 4);
  };
  /** The nodes that the next token lies in, the root first. */
  const open: TreeNode[] = [];
  let root: TreeNode | undefined;
  for (;;) {
    const token = word();
    const node = open.at(-1);
    if (token === f.NOP) continue;
    if (token === f.END) break;
    if (token === f.BEGIN_NODE) {
      const name = text(structure, at);
      at = (at + name.length + 4) & ~3;
      if (open.length === MOST_DEPTH) throw damaged(`its nodes are nested more than ${MOST_DEPTH} deep`);
      if ((node === undefined) !== (name === "") || (root && !node)) throw damaged("it has not one root");
      const made = named(() => (node ? node.add(name) : new TreeNode("")));
      root ??= made;
      open.push(made);
    } else if (token === f.END_NODE && node) {
      open.pop();
    } else if (token === f.PROPERTY && node) {
      const length = word();
      const name = text(strings, word());
      if (length > structure.length - at) throw damaged(`property '${name}' reaches beyond its end`);
      const value = structure.slice(at, at + length);
      at = (at + length + 3) & ~3;
      named(() => node.set(name, value));
    } else {
      throw damaged(`it has a token ${token} where none is expected`);
    }
  }
  if (!root || open.length > 0) throw damaged("it ends within a node");
  return root;
}

/** The NUL-terminated text at an offset. */
function text(bytes: Uint8Array, at: number): string {
  const end = at < bytes.length ? bytes.indexOf(0, at) : -1;
  if (end < 0) throw damaged("a name has no end");
  return String.fromCharCode(...bytes.subarray(at, Math.min(end, at + MOST_NAME)));
}

/** Longer names than trees have, and short enough for a sentence. */
const MOST_NAME = 256;

function named<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw damaged((error as Error).message);
  }
}

function damaged(how: string): RangeError {
  return new RangeError(`is damaged as a device tree: ${how}`);
}

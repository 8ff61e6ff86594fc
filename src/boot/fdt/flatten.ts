import { encodeText } from "../../base/text.js";
import * as f from "./format.js";
import { propertyEncoder, type TreeNode } from "./tree.js";

export interface FlattenOptions {
  readonly reservations?: readonly f.Reservation[];
  /** Physical ID of the CPU that boots. */
  readonly bootCpu?: number;
}

/** The flattened form of a tree. Nodes that others refer to get a phandle where they have none. */
export function flatten(root: TreeNode, { reservations = [], bootCpu = 0 }: FlattenOptions = {}): Uint8Array {
  const encode = propertyEncoder(root);
  const strings = new Strings();
  const structure = new Bytes();
  const write = (node: TreeNode): void => {
    structure.u32(f.BEGIN_NODE).text(node.name).align(4);
    for (const [name, value] of node.properties) {
      const bytes = encode(value);
      structure.u32(f.PROPERTY).u32(bytes.length).u32(strings.offset(name)).put(bytes).align(4);
    }
    for (const child of node.children) write(child);
    structure.u32(f.END_NODE);
  };
  write(root);
  structure.u32(f.END);

  const reserved = f.HEADER_SIZE;
  const structureAt = reserved + 16 * (reservations.length + 1);
  const stringsAt = structureAt + structure.length;
  const total = stringsAt + strings.bytes.length;
  const out = new Bytes();
  out.u32(f.MAGIC).u32(total).u32(structureAt).u32(stringsAt).u32(reserved).u32(f.VERSION).u32(f.COMPATIBLE_VERSION);
  out.u32(bootCpu).u32(strings.bytes.length).u32(structure.length);
  for (const { address, size } of [...reservations, { address: 0n, size: 0n }]) out.u64(address).u64(size);
  return out.put(structure.take()).put(strings.bytes.take()).take();
}

/** Names of properties, each once. */
class Strings {
  readonly bytes = new Bytes();
  private readonly offsets = new Map<string, number>();

  offset(name: string): number {
    let at = this.offsets.get(name);
    if (at === undefined) {
      at = this.bytes.length;
      this.offsets.set(name, at);
      this.bytes.text(name);
    }
    return at;
  }
}

/** Bytes that grow. */
class Bytes {
  length = 0;
  private bytes = new Uint8Array(1024);

  u32(value: number): this {
    return this.put(Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value));
  }

  u64(value: bigint): this {
    return this.u32(Number(BigInt.asUintN(32, value >> 32n))).u32(Number(BigInt.asUintN(32, value)));
  }

  /** With a NUL at its end. */
  text(text: string): this {
    return this.put(encodeText(`${text}\0`));
  }

  align(to: number): this {
    return this.put(new Uint8Array(-this.length & (to - 1)));
  }

  put(bytes: Uint8Array): this {
    const end = this.length + bytes.length;
    if (end > this.bytes.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.bytes.length));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    this.bytes.set(bytes, this.length);
    this.length = end;
    return this;
  }

  take(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}

// A device tree: nodes with properties. Devicetree Specification 0.4, chapter 2.

import { encodeText } from "../../base/text.js";

/** What goes into a property: text, several texts, cells, bytes, or nothing at all (true). */
export type PropertyValue = string | readonly string[] | readonly Cell[] | Uint8Array | true;

/** A number of 32 bits; a bigint of 64, which takes two cells; a node, which stands for its phandle. */
export type Cell = number | bigint | TreeNode;

const PHANDLE = "phandle";

export class TreeNode {
  readonly properties = new Map<string, PropertyValue>();
  readonly children: TreeNode[] = [];

  /** `name` with its unit address, "" for the root. Throws RangeError for what no node can be called. */
  constructor(readonly name: string) {
    if (name !== "" && !/^[A-Za-z0-9,._+-]{1,31}(@[A-Za-z0-9,._+-]+)?$/.test(name)) {
      throw new RangeError(`'${name}' is no name of a device tree's node`);
    }
  }

  /** Adds a property or replaces it. Throws RangeError for what no property can be called. */
  set(name: string, value: PropertyValue): this {
    if (!/^[A-Za-z0-9,._+?#-]+$/.test(name)) throw new RangeError(`'${name}' is no name of a device tree's property`);
    this.properties.set(name, value);
    return this;
  }

  /** Adds a node. Throws RangeError where there is one of that name. */
  add(name: string): TreeNode {
    if (this.child(name)) throw new RangeError(`the device tree has two nodes ${this.name}/${name}`);
    const node = new TreeNode(name);
    this.children.push(node);
    return node;
  }

  /** The node of that name with its unit address. */
  child(name: string): TreeNode | undefined {
    return this.children.find((node) => node.name === name);
  }

  /** The same, made where there is none. */
  have(name: string): TreeNode {
    return this.child(name) ?? this.add(name);
  }

  /** The node at a path such as "/soc/serial@10000000". */
  find(path: string): TreeNode | undefined {
    let node: TreeNode | undefined = this;
    for (const name of path.split("/")) if (name !== "") node = node?.child(name);
    return node;
  }
}

/** Gives each node that a cell refers to a phandle, and answers how a property lies in memory. */
export function propertyEncoder(root: TreeNode): (value: PropertyValue) => Uint8Array {
  let last = 0;
  for (const { properties } of nodes(root)) last = Math.max(last, handleOf(properties.get(PHANDLE)) ?? 0);
  for (const { properties } of [...nodes(root)]) {
    for (const value of properties.values()) {
      for (const cell of Array.isArray(value) ? value : []) {
        if (cell instanceof TreeNode && !cell.properties.has(PHANDLE)) cell.set(PHANDLE, [++last]);
      }
    }
  }
  return encode;
}

/** A node and all below it, in the order of the flattened tree. */
export function* nodes(root: TreeNode): Generator<TreeNode> {
  const waiting = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    yield node;
    for (let n = node.children.length - 1; n >= 0; n--) waiting.push(node.children[n]!);
  }
}

function encode(value: PropertyValue): Uint8Array {
  if (value === true) return new Uint8Array(0);
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string") return encodeText(`${value}\0`);
  if (value.every((one) => typeof one === "string")) return encodeText(value.map((one) => `${one}\0`).join(""));
  const words: number[] = [];
  for (const cell of value as readonly Cell[]) {
    if (typeof cell === "bigint") words.push(Number(BigInt.asUintN(32, cell >> 32n)), Number(BigInt.asUintN(32, cell)));
    else if (typeof cell === "number") words.push(cell);
    else words.push(handleOf(cell.properties.get(PHANDLE))!);
  }
  const bytes = new Uint8Array(4 * words.length);
  const view = new DataView(bytes.buffer);
  words.forEach((word, n) => {
    if (!Number.isInteger(word) || word < 0 || word > 0xffffffff) throw new RangeError(`${word} is no cell of 32 bits`);
    view.setUint32(4 * n, word);
  });
  return bytes;
}

function handleOf(value: PropertyValue | undefined): number | undefined {
  if (value instanceof Uint8Array) {
    return value.length === 4 ? new DataView(value.buffer, value.byteOffset, 4).getUint32(0) : undefined;
  }
  const cell = Array.isArray(value) ? value[0] : undefined;
  return typeof cell === "number" ? cell : undefined;
}

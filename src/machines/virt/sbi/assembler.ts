// A small assembler: lines of `label:`, instructions, .word, .dword, .space, .align and .ascii, comments after #. Every instruction has
// four bytes; `li` and `la` have eight.

import { CSRS, type Encoding, INSTRUCTIONS, REGISTERS, SHORT_FORMS } from "./instructions.js";

export interface Program {
  readonly bytes: Uint8Array;
  readonly labels: ReadonlyMap<string, number>;
}

/** Says how many bytes it has, and writes them when all labels are known. */
interface Item {
  readonly line: string;
  readonly at: number;
  readonly size: number;
  write(view: DataView, at: number): void;
}

/** `constants` are names for numbers. Throws Error that has the line in it. */
export function assemble(source: string, origin: number, constants: Readonly<Record<string, number>> = {}): Program {
  const labels = new Map<string, number>();
  const items: Item[] = [];
  let at = 0;
  const values = (text: string): number => {
    const value = constants[text] ?? labels.get(text) ?? Number(text);
    if (text === "" || !Number.isInteger(value)) throw new Error(`'${text}' is no number and no name`);
    return value;
  };
  const lines = source.split("\n").map((line) => line.replace(/#.*/, "").trim());
  for (const line of lines) {
    const [, label, rest] = /^(?:([A-Za-z_]\w*):)?\s*(.*)$/.exec(line)!;
    if (label !== undefined) {
      if (labels.has(label)) throw new Error(`label ${label} stands twice`);
      labels.set(label, origin + at);
    }
    if (rest === "") continue;
    const item = within(line, () => ({ line, at, ...parse(rest!, at, origin, values) }));
    items.push(item);
    at += item.size;
  }
  const view = new DataView(new ArrayBuffer(at));
  for (const item of items) within(item.line, () => item.write(view, item.at));
  return { bytes: new Uint8Array(view.buffer), labels };
}

type Values = (text: string) => number;

function parse(text: string, at: number, origin: number, values: Values): Pick<Item, "size" | "write"> {
  const [, name, tail] = /^(\S+)\s*(.*)$/.exec(text)!;
  const operands = tail!.split(",").map((operand) => operand.trim());
  const short = SHORT_FORMS[name!];
  if (short !== undefined) {
    return parse(
      short.replace(/\$(\d)/g, (_, n) => operands[Number(n) - 1] ?? ""),
      at,
      origin,
      values,
    );
  }
  switch (name) {
    case ".word":
      return { size: 4, write: (view, to) => view.setUint32(to, values(operands[0]!), true) };
    case ".dword":
      return { size: 8, write: (view, to) => view.setBigUint64(to, dword(operands[0]!, values), true) };
    case ".space":
      return { size: values(operands[0]!), write() {} };
    case ".align":
      return { size: -at & (values(operands[0]!) - 1), write() {} };
    case ".ascii": {
      const bytes = Uint8Array.from(JSON.parse(tail!) as string, (c) => c.charCodeAt(0));
      return { size: bytes.length, write: (view, to) => new Uint8Array(view.buffer).set(bytes, to) };
    }
    case "li": {
      const [to, number] = operands as [string, string];
      return pair("lui", "addiw", to, () => values(number), to);
    }
    case "la": {
      const [to, label] = operands as [string, string];
      return pair("auipc", "addi", to, () => values(label) - (origin + at), to);
    }
  }
  const encoding = INSTRUCTIONS[name!];
  if (!encoding) throw new Error(`there is no instruction '${name}' here`);
  return {
    size: 4,
    write: (view, to) =>
      view.setUint32(to, (encoding.word | encode(encoding, operands, to + origin, values)) >>> 0, true),
  };
}

/** A number of 32 bits with its sign by an instruction for the upper bits and one for the lower twelve. */
function pair(
  upper: string,
  lower: string,
  to: string,
  value: () => number,
  base: string,
): Pick<Item, "size" | "write"> {
  return {
    size: 8,
    write(view, at) {
      const number = fits(value(), 32);
      const low = (number << 20) >> 20;
      view.setUint32(at, (INSTRUCTIONS[upper]!.word | ((number - low) & ~0xfff) | (register(to) << 7)) >>> 0, true);
      const add = INSTRUCTIONS[lower]!.word | (low << 20) | (register(base) << 15) | (register(to) << 7);
      view.setUint32(at + 4, add >>> 0, true);
    },
  };
}

function encode({ form }: Encoding, operands: readonly string[], pc: number, values: Values): number {
  const [a = "", b = "", c = ""] = operands;
  const rd = (text: string) => register(text) << 7;
  const rs1 = (text: string) => register(text) << 15;
  const rs2 = (text: string) => register(text) << 20;
  const imm = (text: string) => fits(values(text), 12) << 20;
  switch (form) {
    case "r":
      return rd(a) | rs1(b) | rs2(c);
    case "i":
      return rd(a) | rs1(b) | imm(c);
    case "shift":
      return rd(a) | rs1(b) | ((values(c) & 63) << 20);
    case "load": {
      const [offset, base] = place(b);
      return rd(a) | rs1(base) | imm(offset);
    }
    case "store": {
      const [offset, base] = place(b);
      const number = fits(values(offset), 12);
      return rs2(a) | rs1(base) | ((number >> 5) << 25) | ((number & 31) << 7);
    }
    case "branch": {
      const by = fits(values(c) - pc, 13);
      return (
        rs1(a) |
        rs2(b) |
        ((by >> 12) << 31) |
        (((by >> 5) & 63) << 25) |
        (((by >> 1) & 15) << 8) |
        (((by >> 11) & 1) << 7)
      );
    }
    case "jump": {
      const by = fits(values(b) - pc, 21);
      return rd(a) | ((by >> 20) << 31) | (((by >> 1) & 0x3ff) << 21) | (((by >> 11) & 1) << 20) | (by & 0xff000);
    }
    case "upper":
      return rd(a) | (values(b) << 12);
    case "csr":
      return rd(a) | (csr(b) << 20) | rs1(c);
    case "csri":
      return rd(a) | (csr(b) << 20) | ((values(c) & 31) << 15);
    case "amo":
      return rd(a) | rs2(b) | rs1(place(c)[1]);
    case "fence":
      return rs1(a) | rs2(b);
    case "none":
      return 0;
  }
}

/** An offset and a register, from `8(t0)`. */
function place(text: string): [string, string] {
  const found = /^([\w-]*)\((\w+)\)$/.exec(text);
  if (!found) throw new Error(`'${text}' is no place in memory`);
  return [found[1] || "0", found[2]!];
}

function register(name: string): number {
  const number = REGISTERS.indexOf(name);
  if (number < 0) throw new Error(`there is no register '${name}'`);
  return number;
}

function csr(name: string): number {
  const number = CSRS[name];
  if (number === undefined) throw new Error(`there is no control register '${name}' here`);
  return number;
}

function fits(value: number, bits: number): number {
  if (value < -(2 ** (bits - 1)) || value >= 2 ** (bits - 1))
    throw new Error(`${value} does not fit into ${bits} bits`);
  return value;
}

function dword(text: string, values: Values): bigint {
  return BigInt.asUintN(64, /^(0x[0-9a-f]+|\d+)$/i.test(text) ? BigInt(text) : BigInt(values(text)));
}

function within<T>(line: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`${line}: ${(error as Error).message}`);
  }
}

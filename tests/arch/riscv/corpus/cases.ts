// Cases of the corpus: an instruction, registers and memory before it. All of it follows from the row's name and the case's number.

import { fieldValue } from "../../../../src/arch/riscv/frontend/pattern.js";
import type { CompiledRow } from "../../../../src/arch/riscv/frontend/row.js";
import { caseSeed, Random } from "../../../../testing/random.js";

/** Where instructions stand, in the middle of traps; and where memory is that they may access. */
export const CODE = 0x10200000;
export const CODE_FROM = 0x10000000;
export const CODE_BYTES = 0x400000;
export const DATA = 0x20000000;
export const DATA_BYTES = 128;

export interface Case {
  raw: number;
  /** Instructions of 4 bytes that follow it, MORE at most. */
  more?: readonly number[];
  x: BigUint64Array;
  f: BigUint64Array;
  /** frm and fflags. */
  fcsr: number;
  data: Uint8Array;
}

export const MORE = 15;

/** Cases that follow one another with the same encoding. */
const SAME = 25;

const EDGES: readonly bigint[] = [
  ...[0n, 1n, 2n, 7n, 8n, 31n, 32n, 33n, 63n, 64n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0x8000n, 0xffffn],
  ...[0x7fffffffn, 0x80000000n, 0xffffffffn, 0x100000000n, 0x7fffffffffffffffn, 0x8000000000000000n],
  ...[-1n, -2n, -8n, -128n, -129n, -0x8000n, -0x80000000n, -0x80000001n, 0xffffffff00000000n, 0x0123456789abcdefn],
];

const hash = (text: string): number =>
  [...text].reduce((all, letter) => Math.imul(all ^ letter.charCodeAt(0), 0x01000193), 0x811c9dc5);

export function integer(random: Random): bigint {
  const kind = random.below(4);
  if (kind === 0) return random.u64();
  const edge = BigInt.asUintN(64, random.pick(EDGES));
  if (kind === 1) return edge;
  if (kind === 2) return BigInt.asUintN(64, edge + BigInt(random.below(5)) - 2n);
  return BigInt.asUintN(64, BigInt(random.u32()) << BigInt(random.below(33)));
}

/** An exponent near an end or the middle, and a fraction with few or many bits. */
function floating(random: Random, fraction: number, exponent: number): bigint {
  const top = (1 << exponent) - 1;
  const bias = top >> 1;
  const exponents = [
    0,
    0,
    1,
    2,
    top,
    top,
    top - 1,
    bias,
    bias,
    bias + 1,
    bias - 1,
    bias + fraction,
    bias + random.below(70),
    random.below(top + 1),
  ];
  const all = (1n << BigInt(fraction)) - 1n;
  const bits = random.u64() & all;
  const fractions = [
    0n,
    0n,
    1n,
    all,
    1n << BigInt(fraction - 1),
    bits,
    bits,
    bits & ~(all >> BigInt(random.below(fraction))),
  ];
  const sign = BigInt(random.below(2)) << BigInt(fraction + exponent);
  return sign | (BigInt(random.pick(exponents)) << BigInt(fraction)) | random.pick(fractions);
}

/** A register of doubles, floats or halves, boxed but for a few. */
export function boxed(random: Random, format: string): bigint {
  if (format === "d") return floating(random, 52, 11);
  const [value, box] =
    format === "h" ? [floating(random, 10, 5), 0xffffffffffff0000n] : [floating(random, 23, 8), 0xffffffff00000000n];
  return random.below(16) ? value | box : value | BigInt.asUintN(64, random.u64() & box);
}

export function encodingOf(row: CompiledRow, random: Random): number {
  for (;;) {
    let raw = (random.u32() & ~row.mask) | row.match;
    const rm = row.fields.get("rm");
    // Those that there are, and seldom one that there is not.
    if (rm) raw = (raw & ~(7 << 12)) | (random.pick([0, 1, 2, 3, 4, 7, 7, 7]) << 12);
    const value = (name: "rd" | "rs1" | "rs2") => {
      const field = row.fields.get(name);
      return field ? fieldValue(field, raw) : -1;
    };
    // An address is in a register that can hold one.
    if (row.operands.includes("(rs1)") && value("rs1") === 0) continue;
    // A displacement is even, and not to the instruction itself.
    const target = row.operands.includes("target") ? fieldValue(row.fields.get("imm")!, raw) : 2;
    if (target === 0) continue;
    return raw;
  }
}

/** Format of the operands that an f register holds: the letter behind the last dot, for conversions that behind the first from the end. */
function formatOf(mnemonic: string): string {
  const parts = mnemonic
    .split(".")
    .slice(1)
    .filter((part) => /^[hsd]$/.test(part));
  return parts.at(-1) ?? "d";
}

/** 32 registers. */
export function anything(random: Random): BigUint64Array {
  return new BigUint64Array(Uint32Array.from({ length: 64 }, () => random.u32()).buffer);
}

/** Makes what a compare-and-swap expects, in every second case, what is there. */
function expectFound(row: CompiledRow, raw: number, x: BigUint64Array, data: Uint8Array, random: Random): void {
  const [rd, rs1] = [fieldValue(row.fields.get("rd")!, raw), fieldValue(row.fields.get("rs1")!, raw)];
  if (random.below(2) || rd === rs1 || rd + 1 === rs1) return;
  const at = Number(x[rs1]) - DATA;
  const view = new DataView(data.buffer);
  x[rd] = view.getBigUint64(at, true);
  if (row.mnemonic.startsWith("amocas.q") && rd < 31) x[rd + 1] = view.getBigUint64(at + 8, true);
}

export function caseOf(row: CompiledRow, number: number): Case {
  const name = hash(row.mnemonic);
  const raw = encodingOf(row, new Random(caseSeed(name, 1_000_000 + Math.floor(number / SAME))));
  const random = new Random(caseSeed(name, number));
  const x = anything(random);
  const f = anything(random);
  const format = formatOf(row.mnemonic);
  for (const name of ["rs1", "rs2", "rs3", "rd"] as const) {
    const field = row.fields.get(name);
    if (!field) continue;
    x[fieldValue(field, raw)] = integer(random);
    f[fieldValue(field, raw)] = boxed(random, random.below(12) ? format : random.pick(["h", "s", "d"]));
  }
  const data = Uint8Array.from({ length: DATA_BYTES }, () => random.u32() >>> 24);
  const rs1 = row.fields.has("rs1") ? fieldValue(row.fields.get("rs1")!, raw) : 0;
  const imm = row.operands.includes("imm(rs1)") ? fieldValue(row.fields.get("imm")!, raw) : 0;
  if (row.mnemonic === "jalr") x[rs1] = BigInt.asUintN(64, BigInt(CODE + 64 + random.below(200) - imm));
  else if (row.operands.includes("(rs1)")) {
    // Atomic ones are aligned.
    const offset = row.operands.includes("imm(rs1)") ? random.below(96) : 16 * random.below(6);
    x[rs1] = BigInt.asUintN(64, BigInt(DATA + offset - imm));
  } else if (row.fields.has("rs2") && random.below(4) === 0) x[fieldValue(row.fields.get("rs2")!, raw)] = x[rs1]!;
  if (row.mnemonic.startsWith("amocas")) expectFound(row, raw, x, data, random);
  x[0] = 0n;
  const frm = random.below(5);
  return { raw, x, f, fcsr: (frm << 5) | (random.below(2) ? 0 : random.below(32)), data };
}

export interface Outcome {
  /** Where the trap was that ended it, less CODE. */
  pc: number;
  illegal: boolean;
  x: BigUint64Array;
  f: BigUint64Array;
  fcsr: number;
  data: Uint8Array;
}

/** What the instruction changed. */
export function textOf(input: Case, out: Outcome): string {
  const words = [out.illegal ? "illegal" : `+${out.pc}`];
  const changed = (name: string, before: BigUint64Array, after: BigUint64Array) =>
    after.forEach((value, n) => {
      if (value !== before[n]) words.push(`${name}${n}=${value.toString(16)}`);
    });
  changed("x", input.x, out.x);
  changed("f", input.f, out.f);
  if (out.fcsr !== input.fcsr) words.push(`fcsr=${out.fcsr.toString(16)}`);
  out.data.forEach((value, n) => {
    if (value !== input.data[n]) words.push(`${n}:${value.toString(16)}`);
  });
  return words.join(" ");
}

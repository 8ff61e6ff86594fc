// Cases of vector instructions: registers, configuration and memory before each. All of it follows from the row's name and the case's number.

import { fieldValue } from "../../../../src/arch/riscv/frontend/pattern.js";
import type { CompiledRow } from "../../../../src/arch/riscv/frontend/row.js";
import { caseSeed, Random } from "../../../../testing/random.js";

/** What cases see of memory: the end of what there is of it, so that accesses may run beyond. */
export const DATA_FROM = 0x20000000;
export const DATA_BYTES = 0x10000;
export const WINDOW_BYTES = 1024;
export const WINDOW = DATA_FROM + DATA_BYTES - WINDOW_BYTES;
export const VLENB = 16;
export const REGISTER_BYTES = 32 * VLENB;

export interface Case {
  raw: number;
  x: BigUint64Array;
  f: BigUint64Array;
  v: Uint8Array;
  vtype: bigint;
  vl: number;
  vstart: number;
  /** vxsat and vxrm. */
  vcsr: number;
  fcsr: number;
  data: Uint8Array;
}

/** Cases that follow one another have the same encoding and vtype: a mode. */
export const SAME = 5;
const VILL = 1n << 63n;
/** Not masked. */
const VM = 1 << 25;

const hash = (text: string): number =>
  [...text].reduce((all, letter) => Math.imul(all ^ letter.charCodeAt(0), 0x01000193), 0x811c9dc5);

const isFloat = (row: CompiledRow): boolean => /^v(m?f|f)/.test(row.mnemonic) && !/^v(first|msof)/.test(row.mnemonic);
const isMemory = (row: CompiledRow): boolean => row.operands.includes("(rs1)");
const isIndexed = (row: CompiledRow): boolean => isMemory(row) && row.operands.includes("vs2");

interface Mode {
  raw: number;
  vtype: number;
  sew: number;
  /** log2. */
  lmul: number;
}

/** log2 of elements that a group has. */
const vlmaxOf = ({ sew, lmul }: Mode): number => (VLENB * 8) >> (3 + sew - lmul);

/** SEW with LMUL, all that there are. */
const SHAPES = [0, 1, 2, 3].flatMap((sew) =>
  [-3, -2, -1, 0, 1, 2, 3].filter((lmul) => sew <= 3 + Math.min(lmul, 0)).map((lmul) => ({ sew, lmul })),
);
/** Of floating-point elements there are two widths; a few of the others have to be refused. */
const FLOAT_SHAPES = SHAPES.filter(({ sew, lmul }) => sew >= 2 || lmul === 0);

/** Modes until every shape was there with a mask and without one. */
export const MODES = 2 * SHAPES.length;

/** Fields are of registers that can begin a group, but for a few; overlaps come by themselves, as some fields are equal. Tails and masked-off
 *  elements are of either kind. */
function modeOf(row: CompiledRow, number: number, random: Random): Mode {
  const shapes = isFloat(row) ? FLOAT_SHAPES : SHAPES;
  const { sew, lmul } = shapes[number % shapes.length]!;
  const masked = Math.floor(number / shapes.length) % 2 === 0;
  const vtype = (lmul & 7) | (sew << 3) | (random.below(4) << 6);
  let raw = (random.u32() & ~row.mask) | row.match;
  if (row.fields.has("vm")) raw = (raw & ~VM) | (masked ? 0 : VM);
  const step = random.below(8) === 0 ? 1 : 1 << Math.min(3, Math.max(0, lmul + random.below(2)));
  const place = (name: "rd" | "rs1" | "rs2", shift: number, value: number) => {
    if (row.fields.has(name)) raw = (raw & ~(31 << shift)) | (value << shift);
  };
  const register = () => random.below(32 / step) * step;
  const [vd, vs1, vs2] = [register(), register(), register()];
  const near = (value: number) => (random.below(6) === 0 ? (vd + random.below(5)) & 31 : value);
  place("rd", 7, vd);
  place("rs2", 20, near(vs2));
  // An address is in a register that can hold one, and in no other operand.
  if (isMemory(row)) place("rs1", 15, 1 + random.below(30));
  else place("rs1", 15, near(vs1));
  const same = ((raw >>> 15) & 31) === ((raw >>> 20) & 31);
  if (isMemory(row) && row.operands.includes(" rs2") && same) place("rs2", 20, 31);
  return { raw, vtype, sew, lmul };
}

const EDGES = [0n, 1n, 2n, -1n, -2n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0x8000n, 0xffffn, 0x7fffffffn, 0x80000000n];
const WIDE_EDGES = [0xffffffffn, 0x7fffffffffffffffn, 0x8000000000000000n, -0x80n, -0x8000n, -0x80000000n];

function integer(random: Random): bigint {
  const kind = random.below(4);
  if (kind === 0) return random.u64();
  if (kind === 1) return BigInt.asUintN(64, random.pick([...EDGES, ...WIDE_EDGES]));
  if (kind === 2) return BigInt.asUintN(64, random.pick(EDGES) + BigInt(random.below(40)));
  return BigInt(random.u32()) >> BigInt(random.below(32));
}

/** A number of some exponent: subnormal, infinite and not a number too. */
function floating(random: Random, width: number): bigint {
  const [fraction, exponent] = width === 2 ? [23, 8] : width === 3 ? [52, 11] : [10, 5];
  const top = (1 << exponent) - 1;
  const bias = top >> 1;
  const all = (1n << BigInt(fraction)) - 1n;
  const bits = random.u64() & all;
  const exponents = [0, 0, 1, top, top - 1, bias, bias + 1, bias - 1, bias + random.below(33), random.below(top + 1)];
  const fractions = [0n, 1n, all, 1n << BigInt(fraction - 1), bits, bits, bits >> BigInt(random.below(fraction))];
  return (
    (BigInt(random.below(2)) << BigInt(fraction + exponent)) |
    (BigInt(random.pick(exponents)) << BigInt(fraction)) |
    random.pick(fractions)
  );
}

function fill(view: DataView, from: number, to: number, width: number, value: () => bigint): void {
  for (let at = from; at + (1 << width) <= to; at += 1 << width) {
    const bits = value();
    if (width === 0) view.setUint8(at, Number(bits & 0xffn));
    else if (width === 1) view.setUint16(at, Number(bits & 0xffffn), true);
    else if (width === 2) view.setUint32(at, Number(bits & 0xffffffffn), true);
    else view.setBigUint64(at, BigInt.asUintN(64, bits), true);
  }
}

function registersOf(row: CompiledRow, { raw, sew }: Mode, random: Random): Uint8Array {
  const v = new Uint8Array(REGISTER_BYTES);
  const view = new DataView(v.buffer);
  for (let n = 0; n < 32; n++) {
    const width = random.below(4) ? sew : random.below(4);
    const wide = isFloat(row) && random.below(4) === 0 ? 3 : width;
    const value = isFloat(row) && random.below(8) ? () => floating(random, wide) : () => integer(random);
    fill(view, n * VLENB, (n + 1) * VLENB, wide, value);
  }
  if (isIndexed(row)) {
    const named = [0, 0, 0, 0, 0, 1, 2, 3][(raw >>> 12) & 7]!;
    const vs2 = (raw >>> 20) & 31;
    fill(view, vs2 * VLENB, Math.min(32, vs2 + 8) * VLENB, named, () => BigInt(random.below(400)));
  } else if (row.mnemonic.startsWith("vrgather")) {
    const vs1 = (raw >>> 15) & 31;
    const width = row.mnemonic.includes("ei16") ? 1 : sew;
    fill(view, vs1 * VLENB, Math.min(32, vs1 + 8) * VLENB, width, () =>
      BigInt(random.below(random.below(8) ? 40 : 256)),
    );
  }
  return v;
}

/** 32 registers. */
function anything(random: Random): BigUint64Array {
  return new BigUint64Array(Uint32Array.from({ length: 64 }, () => random.u32()).buffer);
}

export function caseOf(row: CompiledRow, number: number): Case {
  const name = hash(row.mnemonic);
  const place = Math.floor(number / SAME);
  const mode = modeOf(row, place, new Random(caseSeed(name, 1_000_000 + place)));
  const { raw, vtype, sew } = mode;
  const random = new Random(caseSeed(name, number));
  const x = anything(random);
  const f = anything(random);
  const value = (field: "rs1" | "rs2") => {
    const place = row.fields.get(field);
    return place ? fieldValue(place, raw) : 0;
  };
  const most = vlmaxOf(mode);
  const small = BigInt(random.below(most + 4));
  x[value("rs1")] = random.below(3) ? integer(random) : small;
  const boxed = random.below(8) ? 0xffffffff00000000n : 0n;
  f[value("rs1")] = random.below(sew === 3 ? 8 : 2) ? floating(random, 3) : floating(random, 2) | boxed;
  if (row.mnemonic === "vsetvl") x[value("rs2")] = random.below(4) ? BigInt(random.below(256)) : integer(random);
  if (isMemory(row)) {
    if (row.operands.includes(" rs2")) x[value("rs2")] = BigInt.asUintN(64, BigInt(random.below(9) - 4));
    const near = row.operands.includes(" rs2") || isIndexed(row) ? 512 : 200;
    const at = random.below(6) ? near + random.below(200) : WINDOW_BYTES - random.below(64);
    x[value("rs1")] = BigInt(WINDOW + at);
  }
  x[0] = 0n;
  // The oracle's stack for signals is at a low address, and is not to be taken for the one in use.
  if (x[2]! < 1n << 28n) x[2] = x[2]! & 0xffffn;
  const v = registersOf(row, mode, random);
  const vl = random.pick([most, most, 0, 1, random.below(most + 1), random.below(most + 1)]);
  const vstart = random.below(6) ? 0 : random.pick([1, random.below(most), random.below(128)]);
  const frm = random.below(5);
  const ill = random.below(64) === 0;
  return {
    raw,
    x,
    f,
    v,
    vtype: ill ? VILL : BigInt(vtype),
    vl: ill ? 0 : vl,
    vstart,
    vcsr: random.below(8),
    fcsr: (frm << 5) | (random.below(2) ? 0 : random.below(32)),
    data: Uint8Array.from({ length: WINDOW_BYTES }, () => random.u32() >>> 24),
  };
}

export interface Outcome extends Omit<Case, "raw"> {
  /** Where the trap was that ended it, less that of the instruction. */
  pc: number;
  trap: "" | "illegal" | "fault";
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** What the instruction changed. */
export function textOf(input: Case, out: Outcome): string {
  const words = [`${out.trap || "+"}${out.pc}`];
  const changed = (name: string, before: BigUint64Array, after: BigUint64Array) =>
    after.forEach((value, n) => {
      if (value !== before[n]) words.push(`${name}${n}=${value.toString(16)}`);
    });
  changed("x", input.x, out.x);
  changed("f", input.f, out.f);
  for (let n = 0; n < 32; n++) {
    const after = hex(out.v.subarray(n * VLENB, (n + 1) * VLENB));
    if (after !== hex(input.v.subarray(n * VLENB, (n + 1) * VLENB))) words.push(`v${n}=${after}`);
  }
  for (const name of ["vl", "vtype", "vstart", "vcsr", "fcsr"] as const) {
    if (out[name] !== input[name]) words.push(`${name}=${out[name].toString(16)}`);
  }
  out.data.forEach((value, n) => {
    if (value !== input.data[n]) words.push(`${n}:${value.toString(16)}`);
  });
  return words.join(" ");
}

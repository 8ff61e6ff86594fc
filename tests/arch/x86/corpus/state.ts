// The machine state a case of the instruction corpus starts from, made from a seed, and the binary records exchanged with
// the native oracle (oracle.c).

import { Random } from "../../../../testing/random.js";

export const CODE = 0x20000000;
export const DATA = 0x30000000;
export const PAGES = 0x2000;
/** A page of zeros, and behind it one of zeros that cannot be written. */
export const ZEROS = 0x30010000;

/** How registers are chosen: "r" all random with edge values; "m" address registers point into the data; "s" for string
 *  instructions and implicit memory operands (RSI, RDI, RBX point into the data, RCX is small). */
export type StateKind = "r" | "m" | "s";

export interface Case {
  /** Mnemonic of the row. */
  name: string;
  /** Instruction bytes in hexadecimal. */
  code: string;
  kind: StateKind;
  seed: number;
}

export interface Input {
  code: Uint8Array;
  /** Offset of the instruction in the code pages. */
  at: number;
  gpr: BigUint64Array;
  rflags: bigint;
  /** FXSAVE image. */
  fx: Uint8Array;
  data: Uint8Array;
}

export interface Output {
  gpr: BigUint64Array;
  rflags: bigint;
  rip: bigint;
  /** Exception vector, or 0xffffffff when the instruction completed and fell through. */
  trap: number;
  error: number;
  cr2: bigint;
  fx: Uint8Array;
  data: Uint8Array;
}

const EDGES: readonly bigint[] = [
  0n,
  1n,
  2n,
  3n,
  7n,
  8n,
  0x0fn,
  0x10n,
  0x1fn,
  0x20n,
  0x3fn,
  0x40n,
  0x7fn,
  0x80n,
  0x81n,
  0xffn,
  0x100n,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x10000n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  0x7fffffffffffffffn,
  0x8000000000000000n,
  0xffffffffffffffffn,
  0xfffffffffffffffen,
  0xffffffff80000000n,
  0xffffffffffffff80n,
  0xffffffffffff8000n,
  0x5555555555555555n,
  0xaaaaaaaaaaaaaaaan,
  0x0123456789abcdefn,
  0xfedcba9876543210n,
];

/** 32-bit float patterns worth trying. */
const F32: readonly number[] = [
  0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x40490fdb, 0x00000001, 0x80000001, 0x007fffff, 0x00800000,
  0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00000, 0x7fa00001, 0xffbfffff, 0x4b000000,
  0x4effffff, 0x4f000000, 0xcf000000, 0x5f000000, 0x3effffff, 0x3f000000, 0x3fc00000, 0x40200000,
];

const F64: readonly bigint[] = [
  0n,
  0x8000000000000000n,
  0x3ff0000000000000n,
  0xbff0000000000000n,
  0x400921fb54442d18n,
  1n,
  0x8000000000000001n,
  0x000fffffffffffffn,
  0x0010000000000000n,
  0x7fefffffffffffffn,
  0x7ff0000000000000n,
  0xfff0000000000000n,
  0x7ff8000000000000n,
  0xfff8000000000000n,
  0x7ff4000000000001n,
  0xfff7ffffffffffffn,
  0x4330000000000000n,
  0x41dfffffffc00000n,
  0x41e0000000000000n,
  0xc1e0000000000000n,
  0x43e0000000000000n,
  0xc3e0000000000000n,
  0x3fe0000000000000n,
  0x3ff8000000000000n,
  0x4004000000000000n,
  0x36a0000000000000n,
  0x47efffffe0000000n,
];

const STATUS_FLAGS = 0x8d5n;

export function makeInput(c: Case): Input {
  const random = new Random(c.seed);
  const code = hex(c.code);
  const gpr = new BigUint64Array(16);
  for (let k = 0; k < 16; k++) gpr[k] = edge(random);
  const pointer = () => BigInt(DATA + 0xf00 + 16 * random.below(14) + (random.below(3) === 0 ? random.below(16) : 0));
  gpr[4] = BigInt(DATA + 0x1800 + 8 * random.below(16));
  if (c.kind !== "r") {
    gpr[3] = pointer();
    gpr[6] = pointer();
    gpr[7] = pointer();
  }
  if (c.kind === "m") {
    for (const k of [5, 12, 13]) gpr[k] = pointer();
    // Index registers.
    for (const k of [1, 14]) gpr[k] = BigInt(random.below(9)) - 4n + (k === 14 ? 0n : 0n);
    gpr[1] = BigInt.asUintN(64, gpr[1]!);
    gpr[14] = BigInt.asUintN(64, gpr[14]!);
  }
  if (c.kind === "s") gpr[1] = BigInt(random.below(20));
  const rflags = (random.u64() & STATUS_FLAGS) | 0x202n | (random.below(4) === 0 && c.kind === "s" ? 0x400n : 0n);
  const data = new Uint8Array(PAGES);
  const words = new DataView(data.buffer);
  for (let k = 0; k < PAGES; k += 8) words.setBigUint64(k, random.below(3) === 0 ? float(random) : edge(random), true);
  return { code, at: 0x100, gpr, rflags, fx: makeFx(random), data };
}

function makeFx(random: Random): Uint8Array {
  const fx = new Uint8Array(512);
  const view = new DataView(fx.buffer);
  view.setUint16(0, random.pick([0x37f, 0x27f, 0x07f, 0xf7f, 0xb7f, 0x77f]), true);
  view.setUint16(2, random.below(8) << 11, true);
  fx[4] = random.below(4) === 0 ? random.u32() & 0xff : 0xff;
  view.setUint32(24, 0x1f80 | random.pick([0, 0, 0, 0x20, 0x2000, 0x4000, 0x6000, 0x8000, 0x40, 0x8040]), true);
  view.setUint32(28, 0xffff, true);
  for (let k = 0; k < 8; k++) {
    const at = 32 + 16 * k;
    view.setBigUint64(at, random.u64() | 0x8000000000000000n, true);
    view.setUint16(at + 8, random.pick([0x3fff, 0x4000, 0x3ffe, 0xbfff, 0xc005, 0x4010, 0x3fc0, 0x403e]), true);
  }
  for (let k = 0; k < 32; k++)
    view.setBigUint64(160 + 8 * k, random.below(3) === 0 ? edge(random) : float(random), true);
  return fx;
}

function edge(random: Random): bigint {
  const kind = random.below(4);
  if (kind === 0) return random.u64();
  if (kind === 1) return BigInt.asUintN(64, random.pick(EDGES) + BigInt(random.below(5)) - 2n);
  return random.pick(EDGES);
}

function float(random: Random): bigint {
  if (random.below(2) === 0)
    return random.below(4) === 0 ? (random.u64() & 0x800fffffffffffffn) | 0x3fe0000000000000n : random.pick(F64);
  const half = () =>
    BigInt(random.below(4) === 0 ? (random.u32() & 0x807fffff) | 0x3f000000 : random.pick(F32)) & 0xffffffffn;
  return (half() << 32n) | half();
}

export function hex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let k = 0; k < bytes.length; k++) bytes[k] = Number.parseInt(text.slice(2 * k, 2 * k + 2), 16);
  return bytes;
}

export const INPUT_SIZE = 16 + 8 + 17 * 8 + 512 + PAGES;
export const OUTPUT_SIZE = 18 * 8 + 8 + 8 + 512 + PAGES;

export function packInput(input: Input, into: Uint8Array, offset: number): void {
  const view = new DataView(into.buffer, into.byteOffset + offset);
  into.fill(0, offset, offset + 16);
  into.set(input.code, offset);
  view.setUint32(16, input.code.length, true);
  view.setUint32(20, input.at, true);
  for (let k = 0; k < 16; k++) view.setBigUint64(24 + 8 * k, input.gpr[k]!, true);
  view.setBigUint64(152, input.rflags, true);
  into.set(input.fx, offset + 160);
  into.set(input.data, offset + 672);
}

export function unpackOutput(from: Uint8Array, offset: number): Output {
  const view = new DataView(from.buffer, from.byteOffset + offset);
  const gpr = new BigUint64Array(16);
  for (let k = 0; k < 16; k++) gpr[k] = view.getBigUint64(8 * k, true);
  return {
    gpr,
    rflags: view.getBigUint64(128, true),
    rip: view.getBigUint64(136, true),
    trap: view.getUint32(144, true),
    error: view.getUint32(148, true),
    cr2: view.getBigUint64(152, true),
    fx: from.slice(offset + 160, offset + 672),
    data: from.slice(offset + 672, offset + 672 + PAGES),
  };
}

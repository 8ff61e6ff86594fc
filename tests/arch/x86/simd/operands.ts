// Random and special operands for vector instructions, from a seed.

import type { Random } from "../../../../testing/random.js";
import { IN_GPR, IN_MEM, IN_MM, IN_MXCSR, IN_XMM } from "./records.js";

/** Elements that are interesting for an instruction: integers, singles, doubles, strings. */
export type Kind = "int" | "single" | "double" | "string";

const SINGLES = [
  0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00000, 0x7f800001, 0xff812345,
  0x7fd23456, 0x00800000, 0x80800000, 0x007fffff, 1, 0x80000001, 0x7f7fffff, 0xff7fffff, 0x4f000000, 0xcf000000,
  0x4effffff, 0x5f000000, 0xdf000000, 0x3f000000, 0x3effffff, 0x40200000, 0x3fffffff, 0x00800001, 0x34000000,
  0x4b800000,
];

/** High and low words. */
const DOUBLES: readonly (readonly [number, number])[] = [
  [0, 0],
  [0x80000000, 0],
  [0x3ff00000, 0],
  [0xbff00000, 0],
  [0x7ff00000, 0],
  [0xfff00000, 0],
  [0x7ff80000, 0],
  [0xfff80000, 0],
  [0x7ff00000, 1],
  [0xfff12345, 0x123],
  [0x7ffa0000, 5],
  [0x00100000, 0],
  [0x80100000, 0],
  [0xfffff, 0xffffffff],
  [0, 1],
  [0x80000000, 1],
  [0x7fefffff, 0xffffffff],
  [0xffefffff, 0xffffffff],
  [0x41e00000, 0],
  [0xc1e00000, 0],
  [0x41dfffff, 0xffc00000],
  [0x43e00000, 0],
  [0xc3e00000, 0],
  [0x3fe00000, 0],
  [0x3fdfffff, 0xffffffff],
  [0x40040000, 0],
  [0x47efffff, 0x20000000],
  [0x47efffff, 0xefffffff],
  [0x47efffff, 0xf0000000],
  [0x36a00000, 0],
  [0x36900000, 0],
  [0x36900000, 1],
  [0x380fffff, 0xe0000000],
  [0x38100000, 0],
  [0x380fffff, 0xf0000000],
];

const SINGLE_EXPONENTS = [1, 2, 3, 24, 25, 252, 253, 254, 157, 158, 189, 190, 63, 64, 65, 127];
const DOUBLE_EXPONENTS = [
  1, 2, 3, 53, 54, 2044, 2045, 2046, 1053, 1054, 1085, 1086, 511, 512, 513, 1150, 1151, 897, 896, 874, 873, 872, 1023,
];

function signed(random: Random, bits: number): number {
  return (bits | (random.below(2) << 31)) >>> 0;
}

function single(random: Random): number {
  switch (random.below(8)) {
    case 0:
    case 1:
      return random.pick(SINGLES);
    case 2:
      return signed(random, random.below(0x800000));
    case 3:
      return signed(
        random,
        ((124 + random.below(7)) << 23) | (random.below(2) ? random.below(0x800000) : random.below(16) << 19),
      );
    case 4:
      return signed(
        random,
        (random.pick(SINGLE_EXPONENTS) << 23) | (random.below(2) ? random.below(0x800000) : random.below(2) * 0x7fffff),
      );
    default:
      return random.u32();
  }
}

function double(random: Random, put: (low: number, high: number) => void): void {
  const low = random.below(3) === 0 ? 0 : random.below(3) === 0 ? 0xffffffff : random.u32();
  switch (random.below(8)) {
    case 0:
    case 1: {
      const [high, lo] = random.pick(DOUBLES);
      put(lo, high);
      return;
    }
    case 2:
      put(random.u32(), signed(random, random.below(0x100000)));
      return;
    case 3:
      put(
        low,
        signed(
          random,
          ((1020 + random.below(7)) << 20) | (random.below(2) ? random.below(0x100000) : random.below(16) << 16),
        ),
      );
      return;
    case 4:
      put(
        low,
        signed(
          random,
          (random.pick(DOUBLE_EXPONENTS) << 20) |
            (random.below(2) ? random.below(0x100000) : random.below(2) * 0xfffff),
        ),
      );
      return;
    default:
      put(random.u32(), random.u32());
  }
}

function fill(view: DataView, at: number, bytes: number, kind: Kind, random: Random): void {
  if (kind === "double") {
    for (let k = 0; k < bytes; k += 8) {
      double(random, (low, high) => {
        view.setUint32(at + k, low, true);
        view.setUint32(at + k + 4, high, true);
      });
    }
    return;
  }
  if (kind === "single") {
    for (let k = 0; k < bytes; k += 4) view.setUint32(at + k, single(random), true);
    return;
  }
  const how = kind === "string" ? 5 : random.below(5);
  for (let k = 0; k < bytes; k++) {
    let v = random.u32() & 0xff;
    if (how === 0) v = random.pick([0, 1, 0x7f, 0x80, 0xff, v]);
    if (how === 1) v = k & 1 ? random.pick([0x7f, 0x80, 0xff, 0]) : random.pick([0, 0xff, v]);
    if (how === 2) v = k === 0 ? random.below(80) : 0;
    if (how === 5) v = random.below(8) === 0 ? 0 : 0x60 + random.below(4);
    view.setUint8(at + k, v);
  }
}

const INTEGERS = [
  0n,
  1n,
  -1n,
  1n << 63n,
  (1n << 63n) - 1n,
  -(1n << 31n),
  (1n << 31n) - 1n,
  (1n << 53n) + 1n,
  (1n << 24n) + 1n,
  7n,
  16n,
];

/** Fills the operands of an input record; floating-point kinds get an MXCSR of any rounding, masks, DAZ and FTZ. */
export function makeOperands(view: DataView, at: number, kind: Kind, random: Random): void {
  const main = (): Kind => (random.below(8) === 0 ? random.pick(["int", "single", "double"] as const) : kind);
  fill(view, at + IN_XMM, 16, random.below(2) ? "int" : kind, random);
  for (let k = 1; k < 3; k++) fill(view, at + IN_XMM + 16 * k, 16, main(), random);
  for (let k = 0; k < 2; k++) fill(view, at + IN_MM + 8 * k, 8, main(), random);
  fill(view, at + IN_MEM, 16, main(), random);
  if (random.below(8) === 0) {
    for (let k = 0; k < 16; k++) view.setUint8(at + IN_XMM + 32 + k, view.getUint8(at + IN_XMM + 16 + k));
  }
  for (let k = 0; k < 3; k++) {
    let v = (BigInt(random.u32()) << 32n) | BigInt(random.u32());
    if (random.below(3) === 0) v = random.pick(INTEGERS);
    if (kind === "string" && random.below(2)) v = BigInt(random.below(40) - 20);
    view.setBigUint64(at + IN_GPR + 8 * k, BigInt.asUintN(64, v), true);
  }
  let mxcsr = 0x1f80;
  if (kind === "single" || kind === "double") {
    if (random.below(3) === 0) mxcsr = random.below(2) ? random.below(64) << 7 : 0x1f80 ^ (128 << random.below(6));
    if (random.below(2)) mxcsr |= random.below(4) << 13;
    if (random.below(4) === 0) mxcsr |= 0x40;
    if (random.below(4) === 0) mxcsr |= 0x8000;
    if (random.below(2)) mxcsr |= 0x20;
    if (random.below(4) === 0) mxcsr |= random.below(64);
  }
  view.setUint32(at + IN_MXCSR, mxcsr, true);
}

// Operands and FPU states for the x87 tests, made from a seed: special values, neighbours of powers of two, numbers of few
// bits (ties), random ones, exponents close to each other, at the ends of the range and within reach of the narrower
// formats.

import { IN_AX, IN_FCW, IN_FLAGS, IN_FSW, IN_VALID, MEMORY, MEMORY_BYTES, STACK } from "./records.js";

/** A small, fast generator (xorshift32 of a mixed seed). */
export class Dice {
  private state: number;

  constructor(seed: number) {
    let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    this.state = (x ^ (x >>> 16)) | 1;
  }

  u32(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x >>> 0;
  }

  below(n: number): number {
    return Math.floor((this.u32() / 4294967296) * n);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

type Special = readonly [se: number, high: number, low: number];

const SPECIALS: readonly Special[] = [
  [0, 0, 0],
  [0x3fff, 0x80000000, 0],
  [0x4000, 0x80000000, 0],
  [0x4000, 0xc0000000, 0],
  [0x3ffe, 0x80000000, 0],
  [0x7fff, 0x80000000, 0],
  [0x7fff, 0xc0000000, 0],
  [0x7fff, 0xc0000000, 5],
  [0x7fff, 0xffffffff, 0xffffffff],
  [0x7fff, 0x80000000, 1],
  [0x7fff, 0xbfffffff, 0xffffffff],
  [0, 0, 1],
  [0, 0x7fffffff, 0xffffffff],
  [0, 0x40000000, 0],
  [0, 0x80000000, 0],
  [0, 0xffffffff, 0xffffffff],
  [1, 0x80000000, 0],
  [0x7ffe, 0xffffffff, 0xffffffff],
  [0x7ffe, 0x80000000, 0],
  [0x3fff, 0x40000000, 0],
  [0x7fff, 0, 0],
  [0x7fff, 0x40000000, 1],
  [0x403e, 0x80000000, 0],
  [0x403d, 0xffffffff, 0xffffffff],
  [0x3fff, 0xffffffff, 0xffffffff],
  [0x3ffe, 0xffffffff, 0xffffffff],
  [0x401e, 0x80000000, 0],
  [0x400e, 0x80000000, 0],
];

/** Exponents where narrower formats and integers end. */
const EDGES = [
  1, 2, 64, 0x3f6a, 0x3f81, 0x3f82, 0x3bcd, 0x3c01, 0x3c02, 0x3fbf, 0x3fff, 0x400d, 0x401d, 0x403a, 0x403d, 0x407e,
  0x43fe, 0x7ffd, 0x7ffe,
];

export class Operands {
  private exponent = 0x3fff;

  constructor(private readonly dice: Dice) {}

  private word(): number {
    const { dice } = this;
    switch (dice.below(6)) {
      case 0:
        return 0;
      case 1:
        return 0xffffffff;
      case 2:
        return (1 << dice.below(32)) >>> 0;
      case 3:
        return dice.pick([0x80000000, 0x7fffffff, 0xfffff800, 0x400, 0x800, 0xc00, 0x100, 0x80, 0xffffff00]);
      default:
        return dice.u32();
    }
  }

  private nextExponent(range: number): number {
    const { dice } = this;
    switch (dice.below(6)) {
      case 0:
      case 1:
      case 2:
        return this.exponent + dice.below(2 * range + 1) - range;
      case 3:
        return dice.pick(EDGES) + dice.below(5) - 2;
      case 4:
        return 0x3fff + dice.below(140) - 70;
      default:
        return dice.u32() & 0x7fff;
    }
  }

  /** Writes ten bytes: about one in six a special value. `tame`: values in [2^-70, 2^70] or so. */
  f80(view: DataView, at: number, tame = false): void {
    const { dice } = this;
    const sign = dice.u32() & 0x8000;
    if (dice.below(6) === 0) {
      const [se, high, low] = dice.pick(SPECIALS);
      this.put(view, at, se | sign, high, low);
      if (se > 0 && se < 0x7fff) this.exponent = se;
      return;
    }
    let e = tame ? 0x3fff + dice.below(100) - 66 : this.nextExponent(dice.pick([1, 3, 66, 130]));
    e = Math.max(0, Math.min(0x7ffe, e));
    this.exponent = e;
    const high = (this.word() | (e > 0 ? 0x80000000 : 0)) >>> 0;
    this.put(view, at, e | sign, high, this.word());
  }

  private put(view: DataView, at: number, se: number, high: number, low: number): void {
    view.setUint32(at, low, true);
    view.setUint32(at + 4, high, true);
    view.setUint16(at + 8, se, true);
  }

  f32(view: DataView, at: number): void {
    const { dice } = this;
    const sign = dice.u32() & 0x80000000;
    if (dice.below(5) === 0) {
      view.setUint32(
        at,
        sign |
          dice.pick([0, 1, 0x7fffff, 0x800000, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fc00000, 0x7fffffff, 0x3f800000]),
        true,
      );
      return;
    }
    const e = Math.max(
      0,
      Math.min(255, dice.below(3) === 0 ? dice.below(256) : this.exponent - 0x3fff + 127 + dice.below(5) - 2),
    );
    view.setUint32(at, sign | (e << 23) | (this.word() & 0x7fffff), true);
  }

  f64(view: DataView, at: number): void {
    const { dice } = this;
    const sign = dice.u32() & 0x80000000;
    if (dice.below(5) === 0) {
      const [high, low] = dice.pick([
        [0, 0],
        [0, 1],
        [0xfffff, 0xffffffff],
        [0x100000, 0],
        [0x7fefffff, 0xffffffff],
        [0x7ff00000, 0],
        [0x7ff00000, 1],
        [0x7ff80000, 0],
        [0x7fffffff, 0xffffffff],
        [0x3ff00000, 0],
      ]);
      view.setUint32(at + 4, sign | high!, true);
      view.setUint32(at, low!, true);
      return;
    }
    const e = Math.max(
      0,
      Math.min(2047, dice.below(3) === 0 ? dice.below(2048) : this.exponent - 0x3fff + 1023 + dice.below(5) - 2),
    );
    view.setUint32(at + 4, sign | (e << 20) | (this.word() & 0xfffff), true);
    view.setUint32(at, this.word(), true);
  }

  integer(view: DataView, at: number): void {
    view.setUint32(at, this.word(), true);
    view.setUint32(at + 4, this.dice.below(3) === 0 ? 0 : this.word(), true);
  }

  decimal(view: DataView, at: number): void {
    const digits = this.dice.below(4) === 0 ? 16 : 10;
    for (let k = 0; k < 9; k++) view.setUint8(at + k, this.dice.below(digits) | (this.dice.below(digits) << 4));
    view.setUint8(at + 9, this.dice.u32() & (digits === 16 ? 0xff : 0x80));
  }
}

export type Memory = "none" | "f32" | "f64" | "f80" | "int" | "bcd" | "cw" | "env";

/** How much of the state is varied. "plain": masked exceptions, no stack faults; "all": everything. */
export type Variation = "plain" | "all";

/** Fills an input record but for its code. */
export function makeState(
  view: DataView,
  at: number,
  memory: Memory,
  dice: Dice,
  variation: Variation,
  tame = false,
): void {
  const operands = new Operands(dice);
  const rounding = dice.below(4) << 10;
  const precision = dice.below(2) === 0 ? 0x300 : dice.pick([0, 0x200, 0x300, 0x100]);
  const odd = variation === "all" && dice.below(3) === 0;
  const masks = odd ? dice.u32() & 0x3f : 0x3f;
  view.setUint16(at + IN_FCW, 0x40 | rounding | precision | masks, true);
  const top = dice.below(8);
  // Condition codes, and flags of masked exceptions; rarely pending unmasked ones.
  let status = (top << 11) | (dice.u32() & 0x4700) | (dice.u32() & masks & 0x3f);
  if (variation === "all" && dice.below(40) === 0) status |= dice.u32() & 0x3f;
  view.setUint16(at + IN_FSW, status, true);
  let valid = 0xff;
  // Usually ST(7) is free, so that a push succeeds.
  if (variation === "plain") valid &= ~(1 << ((top + 7) & 7));
  else {
    if (dice.below(8) !== 0) valid &= ~(1 << ((top + 7) & 7));
    if (dice.below(8) === 0) valid &= dice.u32();
  }
  view.setUint8(at + IN_VALID, valid);
  view.setUint8(at + IN_FLAGS, dice.u32() & 0xd5);
  view.setUint16(at + IN_AX, dice.u32() & 0xffff, true);
  for (let k = 0; k < 8; k++) operands.f80(view, at + STACK + 10 * k, tame);
  for (let k = 0; k < MEMORY_BYTES; k += 4) view.setUint32(at + MEMORY + k, 0xa5a5a5a5, true);
  const m = at + MEMORY;
  switch (memory) {
    case "f32":
      operands.f32(view, m);
      break;
    case "f64":
      operands.f64(view, m);
      break;
    case "f80":
      operands.f80(view, m);
      break;
    case "int":
      operands.integer(view, m);
      break;
    case "bcd":
      operands.decimal(view, m);
      break;
    case "cw":
      view.setUint16(m, dice.u32(), true);
      break;
    case "env":
      for (let k = 0; k < MEMORY_BYTES; k += 4) view.setUint32(m + k, dice.u32(), true);
      break;
    case "none":
  }
}

// Operand sets for an encoding: edge values and random ones, arranged so that nothing faults.

import { fixDivision } from "./division.js";
import type { Encoding } from "./encodings.js";
import {
  ARITHMETIC,
  DIRECTION,
  FX_MASK,
  FX_MXCSR,
  FX_ST,
  FX_XMM,
  IN_A,
  IN_FLAGS,
  IN_MXCSR,
  IN_STATE,
  STATE_BYTES,
} from "./layout.js";
import { strideOf } from "./loop.js";
import { Placer } from "./place.js";
import { Fast, POOL_MASK, type Pools } from "./values.js";

/** Precision and rounding; every exception masked. */
const PRECISION = [0x000, 0x200, 0x300, 0x300];
const MXCSR_MASKS = 0x1f80;
const EXPONENTS = [0, 1, 2, 0x3fbf, 0x3fc0, 0x3ffd, 0x3ffe, 0x3fff, 0x4000, 0x4001, 0x401e, 0x403d, 0x403e, 0x403f];
const EXTREME_EXPONENTS = [0, 1, 0x3c00, 0x43fe, 0x3f80, 0x407e, 0x7ffe, 0x7fff];

export class Operands {
  private readonly fast = new Fast();
  private readonly placer = new Placer(this.fast);

  constructor(
    private readonly pools: Pools,
    private readonly seed: number,
  ) {}

  /** Writes `count` operand sets from `words[at]` on; they will lie at `guest`. The first ones do not depend on how many. */
  fill(e: Encoding, count: number, words: Uint32Array, at: number, guest: number): void {
    const { fast, pools, placer } = this;
    fast.seed(e.seed, this.seed);
    const stride = strideOf(e.state, e.window);
    const window = IN_STATE + STATE_BYTES[e.state];
    const vector = pools.vector[e.elements];
    const division = /^i?div$/.test(e.name);
    for (let k = 0; k < count; k++) {
      const from = at + (k * stride) / 4;
      // Equal operands matter to comparisons and exchanges, and hardly ever happen.
      const few = fast.below(8) === 0;
      this.draw(words, from, 32, pools.general, few);
      words[from + IN_FLAGS / 4] = (fast.u32() & (ARITHMETIC | (e.string ? DIRECTION : 0))) | 2;
      words[from + IN_FLAGS / 4 + 1] = 0;
      words[from + IN_MXCSR / 4] = this.mxcsr();
      words[from + IN_MXCSR / 4 + 1] = 0;
      this.draw(words, from + IN_A / 4, 4, pools.general, few);
      if (e.state === "xmm") this.draw(words, from + IN_STATE / 4, 64, vector, few);
      if (e.state === "fx") this.image(words, from + IN_STATE / 4, vector, few);
      let operand = 0;
      if (e.window > 0) {
        const pool = e.state === "gpr" ? pools.general : vector;
        this.draw(words, from + window / 4, e.window / 4, pool, few);
        operand = placer.place(e, words, from, window, guest + k * stride);
      }
      if (division) fixDivision(e, words, from, operand);
    }
  }

  /** 64-bit values of the pool or random ones; or, where there are to be few, no more than two of them. */
  private draw(words: Uint32Array, at: number, length: number, pool: Uint32Array, few: boolean): void {
    const { fast } = this;
    if (few) {
      const a = 2 * (fast.u32() & POOL_MASK);
      const b = 2 * (fast.u32() & POOL_MASK);
      for (let k = 0; k < length; k += 2) {
        const from = fast.u32() & 0x400 ? a : b;
        words[at + k] = pool[from]!;
        words[at + k + 1] = pool[from + 1]!;
      }
      return;
    }
    for (let k = 0; k < length; k += 2) {
      const r = fast.u32();
      if ((r & 0x3000) === 0) {
        words[at + k] = fast.u32();
        words[at + k + 1] = fast.u32();
      } else {
        words[at + k] = pool[2 * (r & POOL_MASK)]!;
        words[at + k + 1] = pool[2 * (r & POOL_MASK) + 1]!;
      }
    }
  }

  /** Any rounding, flags, DAZ and FTZ. */
  private mxcsr(): number {
    const r = this.fast.u32();
    let value = MXCSR_MASKS;
    if (r & 1) value |= r & 0x6000;
    if ((r & 6) === 0) value |= 0x40;
    if ((r & 0x18) === 0) value |= 0x8000;
    if (r & 0x100000) value |= (r >>> 24) & 0x3f;
    return value;
  }

  private image(words: Uint32Array, at: number, vector: Uint32Array, few: boolean): void {
    const { fast } = this;
    const { general } = this.pools;
    const r = fast.u32();
    words.fill(0, at, at + FX_XMM / 4);
    // Control word, then TOP and the condition codes. Exceptions may be unmasked, as only the next instruction that waits
    // would fault; flags of earlier ones are there when they are masked.
    const unmasked = fast.below(8) === 0;
    const masks = unmasked ? 0x40 | (fast.u32() & 0x3f) : 0x7f;
    const flags = !unmasked && fast.below(4) === 0 ? fast.u32() & 0x3f : 0;
    words[at] = masks | PRECISION[r & 3]! | (((r >>> 2) & 3) << 10) | ((((r & 0x7f00) | flags) << 16) >>> 0);
    words[at + 1] = (r & 0x30000) === 0 ? r >>> 24 : 0xff;
    words[at + FX_MXCSR / 4] = this.mxcsr();
    words[at + FX_MASK / 4] = 0xffff;
    for (let k = 0; k < 8; k++) {
      const st = at + FX_ST / 4 + 4 * k;
      this.draw(words, st, 2, (r >>> k) & 0x100 ? general : vector, few);
      const exponents = fast.below(4) === 0 ? EXTREME_EXPONENTS : EXPONENTS;
      const exponent = exponents[fast.below(exponents.length)]!;
      words[st + 2] = exponent | (fast.u32() & 0x8000);
      if (exponent !== 0 && fast.below(32) !== 0) words[st + 1]! |= 0x80000000;
    }
    this.draw(words, at + FX_XMM / 4, 64, vector, few);
    words.fill(0, at + FX_XMM / 4 + 64, at + STATE_BYTES.fx / 4);
  }
}

// What IEEE 754 leaves to a machine is the guest's rule in core/float: which NaN comes out, and when a result is tiny.

import { beforeAll, describe, expect, it } from "vitest";
import { compileModule } from "./wat.js";

type Call64 = (a: bigint, b: bigint) => bigint;
type Call32 = (a: number, b: number) => number;
let core: {
  fpRules(nans: number, negative: number, before: number): void;
  fpFlags(): number;
  addition64: Call64;
  product64: Call64;
  sum64(a: bigint, b: bigint, mode: number): bigint;
  fused64(a: bigint, b: bigint, c: bigint, mode: number): bigint;
  fused32(a: number, b: number, c: number, mode: number): number;
  addition32: Call32;
  product32: Call32;
  f32to64(a: number): bigint;
  f64to32(a: bigint): number;
  roundInt64(a: bigint, control: number): bigint;
  addition16: Call32;
  fused16(a: number, b: number, c: number, mode: number): number;
  halfTo64(a: number): bigint;
  halfFrom64(a: bigint): number;
};
beforeAll(() => {
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
  const instance = new WebAssembly.Instance(compileModule("core/testing/float.ts"), { env: { memory, abort() {} } });
  core = instance.exports as unknown as typeof core;
}, 120_000);

const [NAN_FIRST, NAN_SIGNALLING_FIRST, NAN_DEFAULT] = [0, 1, 2];
const [UNDERFLOW, INEXACT, INVALID] = [16, 32, 1];
const QUIET = 0xfff8000000000aaan;
const SIGNALLING = 0x7ff0000000000bbbn;
const SINGLE_QUIET = 0xffc00aaa;
const SINGLE_SIGNALLING = 0x7f800bbb;
const quieted = (x: bigint): bigint => x | 0x0008000000000000n;
const unsigned = (x: bigint): bigint => BigInt.asUintN(64, x);

describe.each([
  ["the first operand", NAN_FIRST, quieted(QUIET), quieted(SIGNALLING), SINGLE_QUIET],
  [
    "the signalling operand",
    NAN_SIGNALLING_FIRST,
    quieted(SIGNALLING),
    quieted(SIGNALLING),
    SINGLE_SIGNALLING | 0x400000,
  ],
  ["the default NaN", NAN_DEFAULT, 0x7ff8000000000000n, 0x7ff8000000000000n, 0x7fc00000],
])("of two NaNs %s", (_, rule, quietFirst, signallingFirst, single) => {
  it("comes out, of both widths, and a signalling one is invalid", () => {
    core.fpRules(rule, 0, 0);
    expect(unsigned(core.addition64(QUIET, SIGNALLING))).toBe(quietFirst);
    expect(core.fpFlags()).toBe(INVALID);
    expect(unsigned(core.product64(SIGNALLING, QUIET))).toBe(signallingFirst);
    expect(core.addition32(SINGLE_QUIET, SINGLE_SIGNALLING) >>> 0).toBe(single >>> 0);
    expect(core.fpFlags()).toBe(INVALID);
  });
});

it("is of one NaN that one, or the default NaN, in conversions and rounding too", () => {
  const one = 0x3ff0000000000000n;
  core.fpRules(NAN_SIGNALLING_FIRST, 0, 0);
  expect(unsigned(core.addition64(one, QUIET))).toBe(QUIET);
  expect(unsigned(core.f32to64(SINGLE_QUIET | 0))).toBe(0xfff8015540000000n);
  expect(unsigned(core.roundInt64(SIGNALLING, 0))).toBe(quieted(SIGNALLING));
  core.fpRules(NAN_DEFAULT, 0, 0);
  expect(unsigned(core.addition64(one, QUIET))).toBe(0x7ff8000000000000n);
  expect(unsigned(core.f32to64(SINGLE_QUIET | 0))).toBe(0x7ff8000000000000n);
  expect(core.f64to32(QUIET) >>> 0).toBe(0x7fc00000);
  expect(unsigned(core.roundInt64(SIGNALLING, 0))).toBe(0x7ff8000000000000n);
});

it("is positive or negative where the operation was invalid", () => {
  const infinity = 0x7ff0000000000000n;
  for (const negative of [0, 1]) {
    core.fpRules(NAN_FIRST, negative, 0);
    const sign = negative ? 0x8000000000000000n : 0n;
    expect(unsigned(core.product64(infinity, 0n))).toBe(sign | 0x7ff8000000000000n);
    expect(core.product32(0x7f800000, 0) >>> 0).toBe(negative ? 0xffc00000 : 0x7fc00000);
    expect(core.fpFlags()).toBe(INVALID);
  }
});

it("is tiny before or after rounding", () => {
  // (1 + 2^-52) 2^-511 times (1 - 2^-52) 2^-511 is less than the least normal number, and is rounded to it.
  const operands = [0x2000000000000001n, 0x1ffffffffffffffen] as const;
  core.fpRules(NAN_FIRST, 0, 0);
  expect(core.product64(...operands)).toBe(0x0010000000000000n);
  expect(core.fpFlags()).toBe(INEXACT);
  core.fpRules(NAN_FIRST, 0, 1);
  expect(core.product64(...operands)).toBe(0x0010000000000000n);
  expect(core.fpFlags()).toBe(INEXACT | UNDERFLOW);
  // Half the least number more or less: tiny in any case.
  core.fpRules(NAN_FIRST, 0, 0);
  core.product64(0x2000000000000001n, 0x1fe0000000000000n);
  expect(core.fpFlags()).toBe(INEXACT | UNDERFLOW);
});

const bits64 = (x: number): bigint => new BigUint64Array(new Float64Array([x]).buffer)[0]!;
const bits32 = (x: number): number => new Uint32Array(new Float32Array([x]).buffer)[0]!;
const ROUND_NEAREST = 0;
const ROUND_DOWN = 1;
const ROUND_NEAREST_AWAY = 4;

it("rounds what lies in the middle away from zero, where the mode says so", () => {
  const [one, half] = [bits64(1), bits64(2 ** -53)];
  const minus = (x: bigint): bigint => x | (1n << 63n);
  expect(unsigned(core.sum64(one, half, ROUND_NEAREST))).toBe(one);
  expect(unsigned(core.sum64(one, half, ROUND_NEAREST_AWAY))).toBe(one + 1n);
  expect(unsigned(core.sum64(minus(one), minus(half), ROUND_NEAREST_AWAY))).toBe(minus(one + 1n));
  expect(core.fpFlags()).toBe(INEXACT);
  const less = bits64(2 ** -53 - 2 ** -80);
  expect(unsigned(core.sum64(one, less, ROUND_NEAREST_AWAY))).toBe(one);
});

describe("a fused product and sum", () => {
  it("is rounded once", () => {
    const [x, y] = [2 ** 27 + 1, 2 ** 54 + 2 ** 28];
    expect(unsigned(core.fused64(bits64(x), bits64(x), bits64(-y), ROUND_NEAREST))).toBe(bits64(1));
    expect(core.fpFlags()).toBe(0);
    const [s, t] = [2 ** 12 + 1, 2 ** 24 + 2 ** 13];
    expect(core.fused32(bits32(s), bits32(s), bits32(-t), ROUND_NEAREST) >>> 0).toBe(bits32(1));
    expect(core.fpFlags()).toBe(0);
    // The product is half of the sum's last place, and what it is more than that by decides.
    const over = bits64(2 ** -53 + 2 ** -105);
    expect(unsigned(core.fused64(over, bits64(1), bits64(1), ROUND_NEAREST))).toBe(bits64(1) + 1n);
  });

  it("is the zero of its mode where all cancels", () => {
    const [two, four] = [bits64(2), bits64(-4)];
    expect(unsigned(core.fused64(two, two, four, ROUND_NEAREST))).toBe(0n);
    expect(unsigned(core.fused64(two, two, four, ROUND_DOWN))).toBe(1n << 63n);
  });

  it("is invalid for infinity times zero, whatever is added", () => {
    core.fpRules(NAN_DEFAULT, 0, 0);
    expect(unsigned(core.fused64(bits64(Infinity), 0n, QUIET, ROUND_NEAREST))).toBe(0x7ff8000000000000n);
    expect(core.fpFlags()).toBe(INVALID);
    expect(core.fused32(0, bits32(Infinity), SINGLE_QUIET, ROUND_NEAREST)).toBe(0x7fc00000);
    expect(core.fpFlags()).toBe(INVALID);
    expect(unsigned(core.fused64(0n, bits64(1), QUIET, ROUND_NEAREST))).toBe(0x7ff8000000000000n);
    expect(core.fpFlags()).toBe(0);
  });
});

describe("halves", () => {
  it("are the same after they were doubles", () => {
    core.fpRules(NAN_SIGNALLING_FIRST, 0, 0);
    for (let half = 0; half < 0x10000; half++) {
      const isNan = (half & 0x7fff) > 0x7c00;
      const back = core.halfFrom64(core.halfTo64(half));
      if (back !== (isNan ? half | 0x200 : half)) expect.fail(`${half.toString(16)} becomes ${back.toString(16)}`);
    }
    expect(core.halfTo64(1)).toBe(bits64(2 ** -24));
    expect(unsigned(core.halfTo64(0xfbff))).toBe(bits64(-65504));
  });

  it("follow the guest's rules for NaNs", () => {
    const [quiet, signalling] = [0xfe11, 0x7c22];
    core.fpRules(NAN_FIRST, 0, 0);
    expect(core.addition16(quiet, signalling)).toBe(quiet);
    expect(core.fpFlags()).toBe(INVALID);
    core.fpRules(NAN_SIGNALLING_FIRST, 0, 0);
    expect(core.addition16(quiet, signalling)).toBe(signalling | 0x200);
    core.fpRules(NAN_DEFAULT, 1, 0);
    expect(core.addition16(quiet, signalling)).toBe(0xfe00);
  });

  it("are rounded once", () => {
    core.fpRules(NAN_DEFAULT, 0, 0);
    const half = (x: number): number => core.halfFrom64(bits64(x));
    const [one, x, product] = [half(1), half(65), half(-4224)];
    // 65^2 has 13 bits.
    expect(core.fused16(x, x, product, ROUND_NEAREST)).toBe(one);
    expect(core.fpFlags()).toBe(0);
    // The product is half of the sum's last place, and what it is more than that by decides.
    const [least, over] = [half(2 ** -11), half(1 + 2 ** -10)];
    expect(core.fused16(least, over, one, ROUND_NEAREST)).toBe(one + 1);
    expect(core.fpFlags()).toBe(INEXACT);
    expect(core.addition16(half(1), half(2 ** -11))).toBe(half(1));
    expect(core.addition16(half(65504), half(65504))).toBe(0x7c00);
  });
});

// binary16 arithmetic on bit patterns, by binary64 (soft32.ts says why that is exact): sums of two halves need 41 bits, products 22. As in
// fused products, nothing is flushed to zeros, and denormal operands are not noted: no guest that has halves asks for either.

import {
  FE_DIVZERO,
  FE_INVALID,
  NAN_DEFAULT,
  NAN_SIGNALLING_FIRST,
  ROUND_DOWN,
  fpDefaultNegative,
  fpNans,
  fpRaise,
  fpRounding,
} from "./env";
import { round16 } from "./round";

export const SIGN16: u32 = 0x8000;
export const INF16: u32 = 0x7c00;
export const QUIET16: u32 = 0x0200;
const NAN16: u32 = 0x7e00;
/** What a number without its sign is less than, where it is finite. */
const MAGNITUDE16: u32 = 0x7fff;
/** Between the bias of binary64 and of binary16. */
const REBIAS: i32 = 1023 - 15;

// @ts-ignore: decorator
@inline export function isNan16(x: u32): bool {
  return (x & MAGNITUDE16) > INF16;
}

// @ts-ignore: decorator
@inline export function isSnan16(x: u32): bool {
  return isNan16(x) && (x & QUIET16) == 0;
}

// @ts-ignore: decorator
@inline export function isDenormal16(x: u32): bool {
  return (x & MAGNITUDE16) - 1 < 0x3ff;
}

export function nan16(a: u32, b: u32): u32 {
  if (isSnan16(a) || isSnan16(b)) fpRaise(FE_INVALID);
  const rule = fpNans();
  if (rule == NAN_DEFAULT) return defaultNan16();
  const second = rule == NAN_SIGNALLING_FIRST && isSnan16(b) && !isSnan16(a);
  return (isNan16(a) && !second ? a : b) | QUIET16;
}

/** What invalid operations give. */
export function defaultNan16(): u32 {
  return fpDefaultNegative() ? SIGN16 | NAN16 : NAN16;
}

export function invalid16(): u32 {
  fpRaise(FE_INVALID);
  return defaultNan16();
}

/** The value of what is no NaN. */
export function wide16(x: u32): f64 {
  const exp = (x >> 10) & 0x1f;
  const sign = (<u64>(x & SIGN16)) << 48;
  if (exp == 0) return copysign<f64>(<f64>(x & 0x3ff) * (1.0 / 16777216.0), reinterpret<f64>(sign));
  const wide = exp == 0x1f ? <u64>0x7ff : <u64>(exp + REBIAS);
  return reinterpret<f64>(sign | (wide << 52) | ((<u64>(x & 0x3ff)) << 42));
}

/** A finite, normal, non-zero binary64 value rounded to binary16. */
export function narrow16(x: f64): u32 {
  const bits = reinterpret<u64>(x);
  const sig = ((bits & 0x000fffffffffffff) | 0x0010000000000000) << 10;
  return round16(bits >> 63 != 0, (<i32>(bits >> 52) & 0x7ff) - REBIAS, sig);
}

// @ts-ignore: decorator
@inline function isInf16(x: u32): bool {
  return (x & MAGNITUDE16) == INF16;
}

// @ts-ignore: decorator
@inline function isZero16(x: u32): bool {
  return (x & MAGNITUDE16) == 0;
}

export function add16(a: u32, b: u32): u32 {
  if (isNan16(a) || isNan16(b)) return nan16(a, b);
  const differ = ((a ^ b) & SIGN16) != 0;
  if (isInf16(a)) return isInf16(b) && differ ? invalid16() : a;
  if (isInf16(b)) return b;
  const sum = wide16(a) + wide16(b);
  if (sum == 0) return differ ? (fpRounding() == ROUND_DOWN ? SIGN16 : 0) : a & SIGN16;
  return narrow16(sum);
}

export function sub16(a: u32, b: u32): u32 {
  if (isNan16(a) || isNan16(b)) return nan16(a, b);
  return add16(a, b ^ SIGN16);
}

export function mul16(a: u32, b: u32): u32 {
  if (isNan16(a) || isNan16(b)) return nan16(a, b);
  const sign = (a ^ b) & SIGN16;
  const zero = isZero16(a) || isZero16(b);
  if (isInf16(a) || isInf16(b)) return zero ? invalid16() : sign | INF16;
  return zero ? sign : narrow16(wide16(a) * wide16(b));
}

export function div16(a: u32, b: u32): u32 {
  if (isNan16(a) || isNan16(b)) return nan16(a, b);
  const sign = (a ^ b) & SIGN16;
  const infA = isInf16(a);
  const zeroA = isZero16(a);
  const zeroB = isZero16(b);
  if ((infA && isInf16(b)) || (zeroA && zeroB)) return invalid16();
  if (zeroB && !infA) {
    fpRaise(FE_DIVZERO);
    return sign | INF16;
  }
  if (infA) return sign | INF16;
  if (zeroA || isInf16(b)) return sign;
  return narrow16(wide16(a) / wide16(b));
}

export function sqrt16(a: u32): u32 {
  if (isNan16(a)) return nan16(a, a);
  if (isZero16(a)) return a;
  if (a & SIGN16) return invalid16();
  return a == INF16 ? a : narrow16(sqrt<f64>(wide16(a)));
}

/** a * b + c, rounded once. Infinity times zero is invalid whatever is added. Of NaNs those that are multiplied come first. */
export function fma16(a: u32, b: u32, c: u32): u32 {
  if (isNan16(a) || isNan16(b)) {
    if (isSnan16(c)) fpRaise(FE_INVALID);
    return nan16(a, b);
  }
  const infinite = isInf16(a) || isInf16(b);
  if (infinite && (isZero16(a) || isZero16(b))) {
    const none = invalid16();
    return isNan16(c) ? nan16(c, c) : none;
  }
  if (isNan16(c)) return nan16(c, c);
  const sign = (a ^ b) & SIGN16;
  const differ = ((sign ^ c) & SIGN16) != 0;
  if (infinite) return isInf16(c) && differ ? invalid16() : sign | INF16;
  if (isInf16(c)) return c;
  const x = wide16(a) * wide16(b);
  const y = wide16(c);
  const sum = x + y;
  if (sum == 0) {
    if (x == 0 && !differ) return sign;
    return fpRounding() == ROUND_DOWN ? SIGN16 : 0;
  }
  // What rounding lost, exactly (Knuth's two-sum), makes the sum odd.
  const part = sum - x;
  const lost = x - (sum - part) + (y - part);
  if (lost == 0) return narrow16(sum);
  let bits = reinterpret<u64>(sum);
  if (lost > 0 != sum > 0) bits--;
  return narrow16(reinterpret<f64>(bits | 1));
}

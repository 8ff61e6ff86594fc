// binary32 arithmetic on bit patterns with every exception flag, rounding mode, DAZ and FTZ (env.ts). The work is done in
// binary64, whose 53 bits are enough: products are exact; sums are made odd where inexact; a quotient or root of 24-bit
// significands that is not a 25-bit number differs from every 25-bit number by more than binary64's rounding error.

import {
  FE_DENORMAL,
  FE_DIVZERO,
  FE_INVALID,
  NAN_DEFAULT,
  NAN_SIGNALLING_FIRST,
  ROUND_DOWN,
  fpDaz,
  fpDefaultNegative,
  fpNans,
  fpRaise,
  fpRounding,
} from "./env";
import { round32 } from "./round";

export const SIGN32: u32 = 0x80000000;
export const INF32: u32 = 0x7f800000;
export const QUIET32: u32 = 0x00400000;
const NAN32: u32 = 0x7fc00000;

// @ts-ignore: decorator
@inline export function isNan32(x: u32): bool {
  return x << 1 > 0xff000000;
}

// @ts-ignore: decorator
@inline export function isSnan32(x: u32): bool {
  return isNan32(x) && (x & QUIET32) == 0;
}

// @ts-ignore: decorator
@inline export function isDenormal32(x: u32): bool {
  return (x << 1) - 1 < 0xfffffe;
}

// @ts-ignore: decorator
@inline export function daz32(x: u32): u32 {
  return fpDaz() && (x & INF32) == 0 ? x & SIGN32 : x;
}

export function nan32(a: u32, b: u32): u32 {
  if (isSnan32(a) || isSnan32(b)) fpRaise(FE_INVALID);
  const rule = fpNans();
  if (rule == NAN_DEFAULT) return defaultNan32();
  const second = rule == NAN_SIGNALLING_FIRST && isSnan32(b) && !isSnan32(a);
  return (isNan32(a) && !second ? a : b) | QUIET32;
}

/** What invalid operations give. */
export function defaultNan32(): u32 {
  return fpDefaultNegative() ? SIGN32 | NAN32 : NAN32;
}

export function invalid32(): u32 {
  fpRaise(FE_INVALID);
  return defaultNan32();
}

// @ts-ignore: decorator
@inline function noteDenormals(a: u32, b: u32): void {
  if (isDenormal32(a) || isDenormal32(b)) fpRaise(FE_DENORMAL);
}

// @ts-ignore: decorator
@inline function wide(x: u32): f64 {
  return <f64>reinterpret<f32>(x);
}

/** A finite, normal, non-zero binary64 value rounded to binary32. */
export function narrow(x: f64): u32 {
  const bits = reinterpret<u64>(x);
  const sig = ((bits & 0x000fffffffffffff) | 0x0010000000000000) << 10;
  return round32(bits >> 63 != 0, (<i32>(bits >> 52) & 0x7ff) - 1023 + 127, sig);
}

export function add32(a: u32, b: u32): u32 {
  if (isNan32(a) || isNan32(b)) return nan32(a, b);
  a = daz32(a);
  b = daz32(b);
  noteDenormals(a, b);
  const infA = (a & INF32) == INF32;
  const infB = (b & INF32) == INF32;
  const differ = ((a ^ b) & SIGN32) != 0;
  if (infA) return infB && differ ? invalid32() : a;
  if (infB) return b;
  const x = wide(a);
  const y = wide(b);
  const sum = x + y;
  if (sum == 0) return differ ? (fpRounding() == ROUND_DOWN ? SIGN32 : 0) : a & SIGN32;
  // What rounding lost, exactly (Knuth's two-sum).
  const part = sum - x;
  const lost = x - (sum - part) + (y - part);
  if (lost == 0) return narrow(sum);
  let bits = reinterpret<u64>(sum);
  if (lost > 0 != sum > 0) bits--;
  return narrow(reinterpret<f64>(bits | 1));
}

export function sub32(a: u32, b: u32): u32 {
  if (isNan32(a) || isNan32(b)) return nan32(a, b);
  return add32(a, b ^ SIGN32);
}

export function mul32(a: u32, b: u32): u32 {
  if (isNan32(a) || isNan32(b)) return nan32(a, b);
  a = daz32(a);
  b = daz32(b);
  const sign = (a ^ b) & SIGN32;
  const zero = a << 1 == 0 || b << 1 == 0;
  if ((a & INF32) == INF32 || (b & INF32) == INF32) {
    if (zero) return invalid32();
    noteDenormals(a, b);
    return sign | INF32;
  }
  noteDenormals(a, b);
  return zero ? sign : narrow(wide(a) * wide(b));
}

export function div32(a: u32, b: u32): u32 {
  if (isNan32(a) || isNan32(b)) return nan32(a, b);
  a = daz32(a);
  b = daz32(b);
  const sign = (a ^ b) & SIGN32;
  const infA = (a & INF32) == INF32;
  const infB = (b & INF32) == INF32;
  const zeroB = b << 1 == 0;
  if ((infA && infB) || (zeroB && a << 1 == 0)) return invalid32();
  if (zeroB && !infA) {
    fpRaise(FE_DIVZERO);
    return sign | INF32;
  }
  noteDenormals(a, b);
  if (infA) return sign | INF32;
  if (infB || a << 1 == 0) return sign;
  return narrow(wide(a) / wide(b));
}

export function sqrt32(a: u32): u32 {
  if (isNan32(a)) return nan32(a, a);
  a = daz32(a);
  if (a << 1 == 0) return a;
  if (a & SIGN32) return invalid32();
  noteDenormals(a, a);
  return a == INF32 ? a : narrow(sqrt<f64>(wide(a)));
}

// Comparisons, minimum and maximum of binary32 and binary64 bit patterns with flags.

import { FE_DENORMAL, FE_INVALID, fpRaise } from "./env";
import { daz32, isDenormal32, isNan32, isSnan32 } from "./soft32";
import { daz64, isDenormal64, isNan64, isSnan64 } from "./soft64";

export const CMP_LESS = 0;
export const CMP_EQUAL = 1;
export const CMP_GREATER = 2;
export const CMP_UNORDERED = 3;

/** CMP_*; `signal`: quiet NaNs are invalid too. */
export function compare64(a: u64, b: u64, signal: bool): i32 {
  if (isNan64(a) || isNan64(b)) {
    if (signal || isSnan64(a) || isSnan64(b)) fpRaise(FE_INVALID);
    return CMP_UNORDERED;
  }
  a = daz64(a);
  b = daz64(b);
  if (isDenormal64(a) || isDenormal64(b)) fpRaise(FE_DENORMAL);
  const x = reinterpret<f64>(a);
  const y = reinterpret<f64>(b);
  return x < y ? CMP_LESS : x > y ? CMP_GREATER : CMP_EQUAL;
}

export function compare32(a: u32, b: u32, signal: bool): i32 {
  if (isNan32(a) || isNan32(b)) {
    if (signal || isSnan32(a) || isSnan32(b)) fpRaise(FE_INVALID);
    return CMP_UNORDERED;
  }
  a = daz32(a);
  b = daz32(b);
  if (isDenormal32(a) || isDenormal32(b)) fpRaise(FE_DENORMAL);
  const x = reinterpret<f32>(a);
  const y = reinterpret<f32>(b);
  return x < y ? CMP_LESS : x > y ? CMP_GREATER : CMP_EQUAL;
}

/** The lesser one; the second one where they are equal or one is a NaN, which is always invalid. */
export function min64(a: u64, b: u64): u64 {
  const order = compare64(a, b, true);
  return order == CMP_LESS ? daz64(a) : daz64(b);
}

export function max64(a: u64, b: u64): u64 {
  const order = compare64(a, b, true);
  return order == CMP_GREATER ? daz64(a) : daz64(b);
}

export function min32(a: u32, b: u32): u32 {
  const order = compare32(a, b, true);
  return order == CMP_LESS ? daz32(a) : daz32(b);
}

export function max32(a: u32, b: u32): u32 {
  const order = compare32(a, b, true);
  return order == CMP_GREATER ? daz32(a) : daz32(b);
}

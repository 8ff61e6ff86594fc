// Fixed-point arithmetic (V 12): rounding by vxrm, saturation, which sets vxsat. Values are as wide as 8 << width bits.

import { RV_VXRM, RV_VXSAT } from "../../../../src/arch/riscv/layout";
import { mulHigh64 } from "../../../float/wide";
import { extend } from "./state";

// Rounding modes (V 3.8).
const UP = 0;
const EVEN = 1;
const DOWN = 2;

/** What is added when `shift` bits go: of `value`, the bits that go and the lowest that stays. */
export function increment(cpu: i32, value: u64, shift: i32): u64 {
  if (shift == 0) return 0;
  const half = (value >> (shift - 1)) & 1;
  const below = (value & (((<u64>1) << (shift - 1)) - 1)) != 0;
  const odd = ((value >> shift) & 1) != 0;
  const mode = load<i32>(cpu + RV_VXRM);
  if (mode == UP) return half;
  if (mode == EVEN) return below || odd ? half : 0;
  if (mode == DOWN) return 0;
  return !odd && (half != 0 || below) ? 1 : 0;
}

export function roundUnsigned(cpu: i32, value: u64, shift: i32): u64 {
  return (value >> shift) + increment(cpu, value, shift);
}

export function roundSigned(cpu: i32, value: i64, shift: i32): i64 {
  return (value >> shift) + increment(cpu, value, shift);
}

// @ts-ignore: decorator
@inline function greatest(width: i32): i64 {
  return i64.MAX_VALUE >> (64 - (8 << width));
}

function saturated(cpu: i32, value: i64): i64 {
  store<i32>(cpu + RV_VXSAT, 1);
  return value;
}

export function clipSigned(cpu: i32, value: i64, width: i32): i64 {
  const most = greatest(width);
  if (value > most) return saturated(cpu, most);
  return value < ~most ? saturated(cpu, ~most) : value;
}

export function clipUnsigned(cpu: i32, value: u64, width: i32): u64 {
  const most = <u64>-1 >> (64 - (8 << width));
  return value > most ? saturated(cpu, most) : value;
}

/** a + b, a - b of signed values. */
export function addSigned(cpu: i32, a: i64, b: i64, width: i32): i64 {
  const sum = a + b;
  if (width < 3) return clipSigned(cpu, sum, width);
  return ((a ^ sum) & (b ^ sum)) < 0 ? saturated(cpu, a < 0 ? i64.MIN_VALUE : i64.MAX_VALUE) : sum;
}

export function subSigned(cpu: i32, a: i64, b: i64, width: i32): i64 {
  const difference = a - b;
  if (width < 3) return clipSigned(cpu, difference, width);
  return ((a ^ b) & (a ^ difference)) < 0 ? saturated(cpu, a < 0 ? i64.MIN_VALUE : i64.MAX_VALUE) : difference;
}

export function addUnsigned(cpu: i32, a: u64, b: u64, width: i32): u64 {
  const sum = a + b;
  if (width < 3) return clipUnsigned(cpu, sum, width);
  return sum < a ? saturated(cpu, -1) : sum;
}

export function subUnsigned(cpu: i32, a: u64, b: u64): u64 {
  return a < b ? saturated(cpu, 0) : a - b;
}

/** Half of a value of 65 bits: `top` and `low`. */
function half(cpu: i32, top: u64, low: u64): u64 {
  return ((top << 63) | (low >> 1)) + increment(cpu, low, 1);
}

/** Averages: the sum or difference is exact before it is halved. */
export function averageAdd(cpu: i32, a: i64, b: i64, width: i32, signed: bool): i64 {
  const sum = a + b;
  if (width < 3) return roundSigned(cpu, sum, 1);
  const top = signed ? (a >> 63) + (b >> 63) + (<u64>sum < <u64>a ? 1 : 0) : <u64>sum < <u64>a ? 1 : 0;
  return half(cpu, top & 1, sum);
}

export function averageSub(cpu: i32, a: i64, b: i64, width: i32, signed: bool): i64 {
  const difference = a - b;
  if (width < 3) return roundSigned(cpu, difference, 1);
  const borrow: i64 = <u64>a < <u64>b ? 1 : 0;
  const top = signed ? (a >> 63) - (b >> 63) - borrow : -borrow;
  return half(cpu, top & 1, difference);
}

/** VSMUL: a product of fractions. */
export function multiplyFractions(cpu: i32, a: i64, b: i64, width: i32): i64 {
  const shift = (8 << width) - 1;
  if (width < 3) return clipSigned(cpu, roundSigned(cpu, a * b, shift), width);
  // -1 * -1.
  if (a == i64.MIN_VALUE && b == a) return saturated(cpu, i64.MAX_VALUE);
  return ((highSigned(a, b) << 1) | <i64>(<u64>(a * b) >> 63)) + <i64>increment(cpu, a * b, shift);
}

/** High half of the product of 64 bits each. */
export function highSigned(a: i64, b: i64): i64 {
  return mulHigh64(a, b) - (a < 0 ? b : 0) - (b < 0 ? a : 0);
}

export function highSignedUnsigned(a: i64, b: u64): i64 {
  return mulHigh64(a, b) - (a < 0 ? b : 0);
}

/** VNCLIP: of twice the width. */
export function narrow(cpu: i32, value: i64, shift: i32, width: i32, signed: bool): i64 {
  if (signed) return clipSigned(cpu, roundSigned(cpu, value, shift), width);
  return clipUnsigned(cpu, roundUnsigned(cpu, extend(value, width + 1, false), shift), width);
}

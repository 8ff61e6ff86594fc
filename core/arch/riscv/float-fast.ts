// When WebAssembly's own arithmetic gives the result and the flags: rounding to the nearest, the inexact flag set already, and a result
// that raises nothing else and is no NaN. There is no flag for denormal operands, and a sum that is denormal is exact (unprivileged 21.2).

import { RV_FFLAGS } from "../../../src/arch/riscv/layout";

export const NEAREST = 0;
const TOWARDS_ZERO = 1;
const NX = 1;

const MIN64: f64 = 2.2250738585072014e-308;
const MIN32: f32 = 1.1754943508222875e-38;

/** That a result is inexact is nothing new. */
// @ts-ignore: decorator
@inline export function inexactSet(cpu: i32): bool {
  return (load<i32>(cpu + RV_FFLAGS) & NX) != 0;
}

// @ts-ignore: decorator
@inline export function usual(cpu: i32, rm: i32): bool {
  return rm == NEAREST && inexactSet(cpu);
}

// @ts-ignore: decorator
@inline export function finite64(r: f64): bool {
  return abs<f64>(r) < Infinity;
}

// @ts-ignore: decorator
@inline export function finite32(r: f32): bool {
  return abs<f32>(r) < <f32>Infinity;
}

/** Finite, and cannot have been tiny. */
// @ts-ignore: decorator
@inline export function safe64(r: f64): bool {
  return abs<f64>(r) > MIN64 && abs<f64>(r) < Infinity;
}

// @ts-ignore: decorator
@inline export function safe32(r: f32): bool {
  return abs<f32>(r) > MIN32 && abs<f32>(r) < <f32>Infinity;
}

/** Whether rounding `rm` of `x` to an integer is an operation of WebAssembly: wholeOf() then gives it. */
// @ts-ignore: decorator
@inline export function hasWhole(rm: i32): bool {
  return rm <= TOWARDS_ZERO;
}

// @ts-ignore: decorator
@inline export function wholeOf(x: f64, rm: i32): f64 {
  return rm == NEAREST ? nearest<f64>(x) : trunc<f64>(x);
}

// Within these bounds no part of a product or sum below overflows or loses bits to the smallest exponent.
const OPERAND_MOST: f64 = 1.0463951242053392e298; // 2^990
const LEAST: f64 = 1.1832913578315177e-271; // 2^-900
const MOST: f64 = 1.0715086071862673e301; // 2^1000
/** Splits a significand into halves whose products are exact: 2^27 + 1. */
const SPLIT: f64 = 134217729;
/** Twice what a sum of two can be off, in parts of it. */
const SLACK: f64 = 2.220446049250313e-16; // 2^-52

/**
 * x * y + z rounded once, or NaN where that is not certain. Product and sum are each taken with what rounding lost (Dekker 1971; Knuth, The Art
 * of Computer Programming, 4.2.2). What is lost in all is known but for its own rounding: the result is right if it is the same at both
 * ends of where that may be.
 */
export function fusedFast64(x: f64, y: f64, z: f64): f64 {
  const product = x * y;
  const sum = product + z;
  if (!(abs<f64>(x) < OPERAND_MOST && abs<f64>(y) < OPERAND_MOST)) return NaN;
  if (!(abs<f64>(product) > LEAST && abs<f64>(product) < MOST && abs<f64>(sum) > LEAST && abs<f64>(sum) < MOST))
    return NaN;
  const cx = SPLIT * x,
    cy = SPLIT * y;
  const xh = cx - (cx - x),
    yh = cy - (cy - y);
  const xl = x - xh,
    yl = y - yh;
  const lostProduct = xl * yl - (product - xh * yh - xl * yh - xh * yl);
  const part = sum - product;
  const lostSum = product - (sum - part) + (z - part);
  const lost = lostSum + lostProduct;
  const slack = lost * SLACK;
  const result = sum + (lost + slack);
  return result == sum + (lost - slack) ? result : NaN;
}

/** The same of floats, by doubles: the product is exact. NaN where the sum was rounded to the middle between two floats. */
export function fusedFast32(x: f32, y: f32, z: f32): f32 {
  const product = <f64>x * <f64>y;
  const sum = product + <f64>z;
  const part = sum - product;
  const exact = product - (sum - part) + (<f64>z - part) == 0;
  if (!exact && (reinterpret<u64>(sum) & 0x1fffffff) == 0x10000000) return <f32>NaN;
  return <f32>sum;
}

// When WebAssembly's own arithmetic gives the x86 result and flags: rounding to nearest, inexact masked, operands and
// result normal (or an exact zero), and the inexact flag already set or the operation provably exact. Then nothing in
// MXCSR changes and DAZ and FTZ have no say.

import { mxcsr } from "./mxcsr";

export const FAST_NO = 0;
/** Only if exact. */
export const FAST_EXACT = 1;
export const FAST_ANY = 2;

/** FAST_* for the current MXCSR: RC = 0 and PM = 1, then PE. */
// @ts-ignore: decorator
@inline export function fastMode(cpu: i32): i32 {
  const m = mxcsr(cpu);
  return (m & 0x7000) != 0x1000 ? FAST_NO : m & 0x20 ? FAST_ANY : FAST_EXACT;
}

const MIN64: f64 = 2.2250738585072014e-308;
const MIN32: f32 = 1.1754943508222875e-38;

/** A normal number, infinity or zero: neither a denormal nor a NaN. */
// @ts-ignore: decorator
@inline export function plain64(x: f64): bool {
  return abs<f64>(x) >= MIN64 || x == 0;
}

// @ts-ignore: decorator
@inline export function plain32(x: f32): bool {
  return abs<f32>(x) >= MIN32 || x == 0;
}

/** A finite result that cannot have been tiny before rounding. */
// @ts-ignore: decorator
@inline export function safe64(r: f64): bool {
  return abs<f64>(r) > MIN64 && abs<f64>(r) < Infinity;
}

// @ts-ignore: decorator
@inline export function safe32(r: f32): bool {
  return abs<f32>(r) > MIN32 && abs<f32>(r) < <f32>Infinity;
}

/** Significands of x and y have so few bits that their product has at most 53, or one of them is a power of two. */
// @ts-ignore: decorator
@inline function shortProduct(x: f64, y: f64): bool {
  const hidden: u64 = 0x0010000000000000;
  const zerosX = ctz(reinterpret<u64>(x) | hidden);
  const zerosY = ctz(reinterpret<u64>(y) | hidden);
  return zerosX + zerosY >= 53 || zerosX == 52 || zerosY == 52;
}

// Exactness of r = x op y for plain operands and a safe (or exact zero) result; false where it is not known.

export function exactAdd64(x: f64, y: f64, r: f64): bool {
  const part = r - x;
  return x - (r - part) + (y - part) == 0;
}

export function exactMul64(x: f64, y: f64, r: f64): bool {
  return r == 0 || shortProduct(x, y);
}

export function exactDiv64(x: f64, y: f64, r: f64): bool {
  return x == 0 || (shortProduct(r, y) && r * y == x);
}

export function exactSqrt64(x: f64, r: f64): bool {
  return x == 0 || (shortProduct(r, r) && r * r == x);
}

export function exactAdd32(x: f32, y: f32, r: f32): bool {
  const part = r - x;
  return x - (r - part) + (y - part) == 0;
}

export function exactMul32(x: f32, y: f32, r: f32): bool {
  return <f64>x * <f64>y == <f64>r;
}

export function exactDiv32(x: f32, y: f32, r: f32): bool {
  return <f64>r * <f64>y == <f64>x;
}

export function exactSqrt32(x: f32, r: f32): bool {
  return <f64>r * <f64>r == <f64>x;
}

// Packed forms: lane masks.

// @ts-ignore: decorator
@inline export function plain64x2(v: v128): v128 {
  return v128.or(f64x2.ge(f64x2.abs(v), f64x2.splat(MIN64)), f64x2.eq(v, f64x2.splat(0)));
}

// @ts-ignore: decorator
@inline export function plain32x4(v: v128): v128 {
  return v128.or(f32x4.ge(f32x4.abs(v), f32x4.splat(MIN32)), f32x4.eq(v, f32x4.splat(0)));
}

/** Finite, and not tiny or where `zero` allows it. */
// @ts-ignore: decorator
@inline export function safe64x2(r: v128, zero: v128): v128 {
  const size = f64x2.abs(r);
  return v128.and(f64x2.lt(size, f64x2.splat(Infinity)), v128.or(f64x2.gt(size, f64x2.splat(MIN64)), zero));
}

// @ts-ignore: decorator
@inline export function safe32x4(r: v128, zero: v128): v128 {
  const size = f32x4.abs(r);
  return v128.and(f32x4.lt(size, f32x4.splat(<f32>Infinity)), v128.or(f32x4.gt(size, f32x4.splat(MIN32)), zero));
}

// @ts-ignore: decorator
@inline export function all(mask: v128): bool {
  return i64x2.all_true(mask);
}

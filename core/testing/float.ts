// For tests/core/float-rules.test.ts: arithmetic under the rules of other guests.

export { FE_UNDERFLOW, NAN_DEFAULT, NAN_FIRST, NAN_SIGNALLING_FIRST, fpFlags, fpRules } from "../float/env";
import { FE_ALL, ROUND_NEAREST, fpBegin } from "../float/env";
export { f32to64, f64to32, roundInt64 } from "../float/convert";
import { f16to64, f64to16 } from "../float/convert16";
import { fma32 } from "../float/fma32";
import { fma64 } from "../float/fma64";
import { add16, fma16 } from "../float/soft16";
import { add32, mul32 } from "../float/soft32";
import { add64, mul64 } from "../float/soft64";

export function addition64(a: u64, b: u64): u64 {
  fpBegin(ROUND_NEAREST, FE_ALL, false, false);
  return add64(a, b);
}

export function addition32(a: u32, b: u32): u32 {
  fpBegin(ROUND_NEAREST, FE_ALL, false, false);
  return add32(a, b);
}

export function product64(a: u64, b: u64): u64 {
  fpBegin(ROUND_NEAREST, FE_ALL, false, false);
  return mul64(a, b);
}

export function product32(a: u32, b: u32): u32 {
  fpBegin(ROUND_NEAREST, FE_ALL, false, false);
  return mul32(a, b);
}

/** In a mode, ROUND_*. */
export function sum64(a: u64, b: u64, mode: i32): u64 {
  fpBegin(mode, FE_ALL, false, false);
  return add64(a, b);
}

export function fused64(a: u64, b: u64, c: u64, mode: i32): u64 {
  fpBegin(mode, FE_ALL, false, false);
  return fma64(a, b, c);
}

export function fused32(a: u32, b: u32, c: u32, mode: i32): u32 {
  fpBegin(mode, FE_ALL, false, false);
  return fma32(a, b, c);
}

export function addition16(a: u32, b: u32): u32 {
  fpBegin(ROUND_NEAREST, FE_ALL, false, false);
  return add16(a, b);
}

export function fused16(a: u32, b: u32, c: u32, mode: i32): u32 {
  fpBegin(mode, FE_ALL, false, false);
  return fma16(a, b, c);
}

export function halfTo64(a: u32): u64 {
  fpBegin(ROUND_NEAREST, FE_ALL, false, false);
  return f16to64(a);
}

export function halfFrom64(a: u64): u32 {
  fpBegin(ROUND_NEAREST, FE_ALL, false, false);
  return f64to16(a);
}

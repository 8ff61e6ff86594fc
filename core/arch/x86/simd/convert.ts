// Conversions between single, double and integers. Those that are always exact (32-bit integers to double) are IR.

import { f32to64, f32toI32, f32toI64, f64to32, f64toI32, f64toI64, intTo32, intTo64 } from "../../../float/convert";
import { ROUND_ZERO, fpRounding } from "../../../float/env";
import { FAST_ANY, FAST_NO, all, fastMode, plain32, plain64, plain64x2, safe32, safe32x4 } from "./fast";
import { sseBegin, sseEnd } from "./mxcsr";

/** imm: bit 0 truncates, bit 1 asks for 64 bits. */
const TRUNCATE = 1;
const WIDE = 2;

export function x86_cvtss2sd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const x = f32x4.extract_lane(b, 0);
  if (plain32(x)) return f64x2.replace_lane(a, 0, <f64>x);
  sseBegin(cpu);
  const r = f32to64(i32x4.extract_lane(b, 0));
  sseEnd(cpu);
  return i64x2.replace_lane(a, 0, r);
}

export function x86_cvtps2pd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  if (plain32(f32x4.extract_lane(b, 0)) && plain32(f32x4.extract_lane(b, 1))) return f64x2.promote_low_f32x4(b);
  sseBegin(cpu);
  const r0 = f32to64(i32x4.extract_lane(b, 0));
  const r1 = f32to64(i32x4.extract_lane(b, 1));
  sseEnd(cpu);
  return i64x2.replace_lane(i64x2.splat(r0), 1, r1);
}

export function x86_cvtsd2ss(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const x = f64x2.extract_lane(b, 0);
  const r = <f32>x;
  const fast = fastMode(cpu);
  if (fast != FAST_NO && plain64(x) && (safe32(r) || x == 0) && (fast == FAST_ANY || <f64>r == x))
    return f32x4.replace_lane(a, 0, r);
  sseBegin(cpu);
  const bits = f64to32(reinterpret<u64>(x));
  sseEnd(cpu);
  return i32x4.replace_lane(a, 0, bits);
}

export function x86_cvtpd2ps(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  if (fastMode(cpu) == FAST_ANY) {
    const r = f32x4.demote_f64x2_zero(b);
    // A zero is fine in lanes 2 and 3, and from a zero.
    const zero = f64x2.eq(b, f64x2.splat(0));
    const lanes = v128.shuffle<i32>(zero, i32x4.splat(-1), 0, 2, 4, 5);
    if (all(plain64x2(b)) && i32x4.all_true(safe32x4(r, lanes))) return r;
  }
  sseBegin(cpu);
  const r0 = f64to32(i64x2.extract_lane(b, 0));
  const r1 = f64to32(i64x2.extract_lane(b, 1));
  sseEnd(cpu);
  return i64x2(<i64>(<u64>r0 | ((<u64>r1) << 32)), 0);
}

export function x86_cvtsi2ss(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const r = <f32>(<i64>imm);
  const fast = fastMode(cpu);
  if (fast == FAST_ANY || (fast != FAST_NO && abs<i64>(imm) <= 0x1000000)) return f32x4.replace_lane(a, 0, r);
  sseBegin(cpu);
  const bits = intTo32(imm);
  sseEnd(cpu);
  return i32x4.replace_lane(a, 0, bits);
}

export function x86_cvtsi2sd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const r = <f64>(<i64>imm);
  const fast = fastMode(cpu);
  if (fast == FAST_ANY || (fast != FAST_NO && abs<i64>(imm) <= 0x20000000000000)) return f64x2.replace_lane(a, 0, r);
  sseBegin(cpu);
  const bits = intTo64(imm);
  sseEnd(cpu);
  return i64x2.replace_lane(a, 0, bits);
}

export function x86_cvtdq2ps(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  if (fastMode(cpu) == FAST_ANY) return f32x4.convert_i32x4_s(b);
  sseBegin(cpu);
  let r = b;
  r = i32x4.replace_lane(r, 0, intTo32(i32x4.extract_lane(b, 0)));
  r = i32x4.replace_lane(r, 1, intTo32(i32x4.extract_lane(b, 1)));
  r = i32x4.replace_lane(r, 2, intTo32(i32x4.extract_lane(b, 2)));
  r = i32x4.replace_lane(r, 3, intTo32(i32x4.extract_lane(b, 3)));
  sseEnd(cpu);
  return r;
}

/** Where inexact is set already, integers of less than 2^31 need no flags. */
const LIMIT: f64 = 2147483647;

export function x86_cvtps2dq(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  if (fastMode(cpu) == FAST_ANY && i32x4.all_true(f32x4.lt(f32x4.abs(b), f32x4.splat(2147483648)))) {
    return i32x4.trunc_sat_f32x4_s(imm & TRUNCATE ? b : f32x4.nearest(b));
  }
  sseBegin(cpu);
  const mode = imm & TRUNCATE ? ROUND_ZERO : fpRounding();
  let r = b;
  r = i32x4.replace_lane(r, 0, f32toI32(i32x4.extract_lane(b, 0), mode));
  r = i32x4.replace_lane(r, 1, f32toI32(i32x4.extract_lane(b, 1), mode));
  r = i32x4.replace_lane(r, 2, f32toI32(i32x4.extract_lane(b, 2), mode));
  r = i32x4.replace_lane(r, 3, f32toI32(i32x4.extract_lane(b, 3), mode));
  sseEnd(cpu);
  return r;
}

export function x86_cvtpd2dq(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  if (fastMode(cpu) == FAST_ANY && all(f64x2.lt(f64x2.abs(b), f64x2.splat(LIMIT)))) {
    return i32x4.trunc_sat_f64x2_s_zero(imm & TRUNCATE ? b : f64x2.nearest(b));
  }
  sseBegin(cpu);
  const mode = imm & TRUNCATE ? ROUND_ZERO : fpRounding();
  const r0 = f64toI32(i64x2.extract_lane(b, 0), mode);
  const r1 = f64toI32(i64x2.extract_lane(b, 1), mode);
  sseEnd(cpu);
  return i64x2(<i64>(<u64>(<u32>r0) | ((<u64>(<u32>r1)) << 32)), 0);
}

export function x86_cvtsd2si(cpu: i32, a: v128, b: v128, imm: u64): u64 {
  const x = f64x2.extract_lane(b, 0);
  if (abs<f64>(x) < LIMIT) {
    const r = <i32>x;
    if (<f64>r == x || (imm & TRUNCATE && fastMode(cpu) == FAST_ANY)) return imm & WIDE ? <u64>(<i64>r) : <u64>(<u32>r);
  }
  sseBegin(cpu);
  const mode = imm & TRUNCATE ? ROUND_ZERO : fpRounding();
  const r = imm & WIDE ? <u64>f64toI64(reinterpret<u64>(x), mode) : <u64>(<u32>f64toI32(reinterpret<u64>(x), mode));
  sseEnd(cpu);
  return r;
}

export function x86_cvtss2si(cpu: i32, a: v128, b: v128, imm: u64): u64 {
  const value = f32x4.extract_lane(b, 0);
  if (abs<f32>(value) < 2147483648) {
    const r = <i32>value;
    if (<f32>r == value || (imm & TRUNCATE && fastMode(cpu) == FAST_ANY))
      return imm & WIDE ? <u64>(<i64>r) : <u64>(<u32>r);
  }
  sseBegin(cpu);
  const x = <u32>i32x4.extract_lane(b, 0);
  const mode = imm & TRUNCATE ? ROUND_ZERO : fpRounding();
  const r = imm & WIDE ? <u64>f32toI64(x, mode) : <u64>(<u32>f32toI32(x, mode));
  sseEnd(cpu);
  return r;
}

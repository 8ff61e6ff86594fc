// ROUNDPS/PD/SS/SD (imm: the immediate byte), DPPS and DPPD, and the approximations RCPPS and RSQRTPS.

import { fpSetFlags } from "../../../float/env";
import { roundInt32, roundInt64 } from "../../../float/convert";
import { add32, isDenormal32, isNan32, mul32, defaultNan32, QUIET32, SIGN32, INF32 } from "../../../float/soft32";
import { add64, mul64 } from "../../../float/soft64";
import { sseBegin, sseEnd } from "./mxcsr";

export function x86_roundsd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  sseBegin(cpu);
  const r = roundInt64(i64x2.extract_lane(b, 0), <i32>imm);
  sseEnd(cpu);
  return i64x2.replace_lane(a, 0, r);
}

export function x86_roundpd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  sseBegin(cpu);
  const r0 = roundInt64(i64x2.extract_lane(b, 0), <i32>imm);
  const r1 = roundInt64(i64x2.extract_lane(b, 1), <i32>imm);
  sseEnd(cpu);
  return i64x2.replace_lane(i64x2.splat(r0), 1, r1);
}

export function x86_roundss(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  sseBegin(cpu);
  const r = roundInt32(i32x4.extract_lane(b, 0), <i32>imm);
  sseEnd(cpu);
  return i32x4.replace_lane(a, 0, r);
}

export function x86_roundps(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  sseBegin(cpu);
  let r = b;
  r = i32x4.replace_lane(r, 0, roundInt32(i32x4.extract_lane(b, 0), <i32>imm));
  r = i32x4.replace_lane(r, 1, roundInt32(i32x4.extract_lane(b, 1), <i32>imm));
  r = i32x4.replace_lane(r, 2, roundInt32(i32x4.extract_lane(b, 2), <i32>imm));
  r = i32x4.replace_lane(r, 3, roundInt32(i32x4.extract_lane(b, 3), <i32>imm));
  sseEnd(cpu);
  return r;
}

/** Products of the lanes imm bits 4-7 select, summed in pairs, to the lanes bits 0-3 select (SDM vol. 2, DPPS). Products
 *  and sums are steps of their own: an exception that is not masked in one keeps the next from raising any. */
export function x86_dpps(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  sseBegin(cpu);
  const p0 = imm & 0x10 ? mul32(i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0)) : 0;
  const p1 = imm & 0x20 ? mul32(i32x4.extract_lane(a, 1), i32x4.extract_lane(b, 1)) : 0;
  const p2 = imm & 0x40 ? mul32(i32x4.extract_lane(a, 2), i32x4.extract_lane(b, 2)) : 0;
  const p3 = imm & 0x80 ? mul32(i32x4.extract_lane(a, 3), i32x4.extract_lane(b, 3)) : 0;
  if (!nextStep(cpu)) return a;
  const low = add32(p0, p1);
  const high = add32(p2, p3);
  if (!nextStep(cpu)) return a;
  const sum = add32(low, high);
  sseEnd(cpu);
  // Lane n of the mask is all ones where bit n of imm is set.
  const chosen = i32x4.ne(v128.and(i32x4.splat(<i32>imm), i32x4(1, 2, 4, 8)), i32x4.splat(0));
  return v128.and(i32x4.splat(sum), chosen);
}

export function x86_dppd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  sseBegin(cpu);
  const p0 = imm & 0x10 ? mul64(i64x2.extract_lane(a, 0), i64x2.extract_lane(b, 0)) : 0;
  const p1 = imm & 0x20 ? mul64(i64x2.extract_lane(a, 1), i64x2.extract_lane(b, 1)) : 0;
  if (!nextStep(cpu)) return a;
  const sum = add64(p0, p1);
  sseEnd(cpu);
  return i64x2.replace_lane(i64x2.splat(imm & 1 ? sum : 0), 1, imm & 2 ? sum : 0);
}

function nextStep(cpu: i32): bool {
  if (!sseEnd(cpu)) return false;
  fpSetFlags(0);
  return true;
}

// The approximations' low bits differ between makers; these are the correctly rounded values. They raise nothing and take
// no notice of MXCSR: denormal operands count as zeros, denormal results become zeros.

function reciprocal(x: u32): u32 {
  if (isNan32(x)) return x | QUIET32;
  if (isDenormal32(x)) return (x & SIGN32) | INF32;
  const r = reinterpret<u32>(<f32>1 / reinterpret<f32>(x));
  return isDenormal32(r) ? r & SIGN32 : r;
}

function reciprocalRoot(x: u32): u32 {
  if (isNan32(x)) return x | QUIET32;
  if (x << 1 == 0 || isDenormal32(x)) return (x & SIGN32) | INF32;
  if (x & SIGN32) return defaultNan32();
  return reinterpret<u32>(<f32>(1 / sqrt<f64>(<f64>reinterpret<f32>(x))));
}

export function x86_rcpps(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  let r = b;
  r = i32x4.replace_lane(r, 0, reciprocal(i32x4.extract_lane(b, 0)));
  r = i32x4.replace_lane(r, 1, reciprocal(i32x4.extract_lane(b, 1)));
  r = i32x4.replace_lane(r, 2, reciprocal(i32x4.extract_lane(b, 2)));
  r = i32x4.replace_lane(r, 3, reciprocal(i32x4.extract_lane(b, 3)));
  return r;
}

export function x86_rsqrtps(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  let r = b;
  r = i32x4.replace_lane(r, 0, reciprocalRoot(i32x4.extract_lane(b, 0)));
  r = i32x4.replace_lane(r, 1, reciprocalRoot(i32x4.extract_lane(b, 1)));
  r = i32x4.replace_lane(r, 2, reciprocalRoot(i32x4.extract_lane(b, 2)));
  r = i32x4.replace_lane(r, 3, reciprocalRoot(i32x4.extract_lane(b, 3)));
  return r;
}

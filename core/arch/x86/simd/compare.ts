// CMPPS/PD/SS/SD (imm: predicate 0-7), COMISS/COMISD and UCOMISS/UCOMISD (imm: 1 for the unordered forms).

import { CMP_EQUAL, CMP_LESS, CMP_UNORDERED, compare32, compare64 } from "../../../float/compare";
import { predicate32, predicate64 } from "./predicate";
import { all, plain32, plain32x4, plain64, plain64x2 } from "./fast";
import { sseBegin, sseEnd } from "./mxcsr";

export function x86_cmppd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const p = <i32>imm & 7;
  if (all(v128.and(plain64x2(a), plain64x2(b)))) {
    let r = i64x2.splat(0);
    if ((p & 3) == 0) r = f64x2.eq(a, b);
    else if ((p & 3) == 1) r = f64x2.lt(a, b);
    else if ((p & 3) == 2) r = f64x2.le(a, b);
    return p > 3 ? v128.not(r) : r;
  }
  sseBegin(cpu);
  const r0 = predicate64(i64x2.extract_lane(a, 0), i64x2.extract_lane(b, 0), p);
  const r1 = predicate64(i64x2.extract_lane(a, 1), i64x2.extract_lane(b, 1), p);
  sseEnd(cpu);
  return i64x2.replace_lane(i64x2.splat(r0), 1, r1);
}

export function x86_cmpps(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const p = <i32>imm & 7;
  if (i32x4.all_true(v128.and(plain32x4(a), plain32x4(b)))) {
    let r = i64x2.splat(0);
    if ((p & 3) == 0) r = f32x4.eq(a, b);
    else if ((p & 3) == 1) r = f32x4.lt(a, b);
    else if ((p & 3) == 2) r = f32x4.le(a, b);
    return p > 3 ? v128.not(r) : r;
  }
  sseBegin(cpu);
  let r = a;
  r = i32x4.replace_lane(r, 0, predicate32(i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0), p));
  r = i32x4.replace_lane(r, 1, predicate32(i32x4.extract_lane(a, 1), i32x4.extract_lane(b, 1), p));
  r = i32x4.replace_lane(r, 2, predicate32(i32x4.extract_lane(a, 2), i32x4.extract_lane(b, 2), p));
  r = i32x4.replace_lane(r, 3, predicate32(i32x4.extract_lane(a, 3), i32x4.extract_lane(b, 3), p));
  sseEnd(cpu);
  return r;
}

/** Predicate of ordered operands. */
// @ts-ignore: decorator
@inline function ordered(less: bool, equal: bool, predicate: i32): bool {
  const p = predicate & 3;
  const holds = p == 0 ? equal : p == 1 ? less : p == 2 ? less || equal : false;
  return holds != predicate > 3;
}

export function x86_cmpsd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const x = f64x2.extract_lane(a, 0);
  const y = f64x2.extract_lane(b, 0);
  if (plain64(x) && plain64(y)) return i64x2.replace_lane(a, 0, ordered(x < y, x == y, <i32>imm & 7) ? -1 : 0);
  sseBegin(cpu);
  const r = predicate64(i64x2.extract_lane(a, 0), i64x2.extract_lane(b, 0), <i32>imm & 7);
  sseEnd(cpu);
  return i64x2.replace_lane(a, 0, r);
}

export function x86_cmpss(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const x = f32x4.extract_lane(a, 0);
  const y = f32x4.extract_lane(b, 0);
  if (plain32(x) && plain32(y)) return i32x4.replace_lane(a, 0, ordered(x < y, x == y, <i32>imm & 7) ? -1 : 0);
  sseBegin(cpu);
  const r = predicate32(i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0), <i32>imm & 7);
  sseEnd(cpu);
  return i32x4.replace_lane(a, 0, r);
}

/** CF PF ZF of a comparison (the other arithmetic flags are cleared). */
// @ts-ignore: decorator
@inline function flagsOf(order: i32): u64 {
  return order == CMP_UNORDERED ? 0x45 : order == CMP_EQUAL ? 0x40 : order == CMP_LESS ? 1 : 0;
}

export function x86_comisd(cpu: i32, a: v128, b: v128, imm: u64): u64 {
  const x = f64x2.extract_lane(a, 0);
  const y = f64x2.extract_lane(b, 0);
  if (plain64(x) && plain64(y)) return x < y ? 1 : x == y ? 0x40 : 0;
  sseBegin(cpu);
  const order = compare64(reinterpret<u64>(x), reinterpret<u64>(y), imm == 0);
  sseEnd(cpu);
  return flagsOf(order);
}

export function x86_comiss(cpu: i32, a: v128, b: v128, imm: u64): u64 {
  const x = f32x4.extract_lane(a, 0);
  const y = f32x4.extract_lane(b, 0);
  if (plain32(x) && plain32(y)) return x < y ? 1 : x == y ? 0x40 : 0;
  sseBegin(cpu);
  const order = compare32(i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0), imm == 0);
  sseEnd(cpu);
  return flagsOf(order);
}

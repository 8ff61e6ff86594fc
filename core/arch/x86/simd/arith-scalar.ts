// ADDSS .. SQRTSD: lane 0 of the first operand with lane 0 of the second.

import {
  FAST_ANY,
  FAST_NO,
  exactAdd32,
  exactAdd64,
  exactDiv32,
  exactDiv64,
  exactMul32,
  exactMul64,
  exactSqrt32,
  exactSqrt64,
  fastMode,
  plain32,
  plain64,
  safe32,
  safe64,
} from "./fast";
import { OP_ADD, OP_DIV, OP_MAX, OP_MIN, OP_MUL, OP_SQRT, OP_SUB, slowSd, slowSs } from "./slow";

export function x86_addsd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const x = f64x2.extract_lane(a, 0);
  const y = f64x2.extract_lane(b, 0);
  const r = x + y;
  const fast = fastMode(cpu);
  if (
    fast != FAST_NO &&
    plain64(x) &&
    plain64(y) &&
    (safe64(r) || r == 0) &&
    (fast == FAST_ANY || exactAdd64(x, y, r))
  ) {
    return f64x2.replace_lane(a, 0, r);
  }
  return slowSd(cpu, OP_ADD, a, b);
}

export function x86_subsd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const x = f64x2.extract_lane(a, 0);
  const y = f64x2.extract_lane(b, 0);
  const r = x - y;
  const fast = fastMode(cpu);
  if (
    fast != FAST_NO &&
    plain64(x) &&
    plain64(y) &&
    (safe64(r) || r == 0) &&
    (fast == FAST_ANY || exactAdd64(x, -y, r))
  ) {
    return f64x2.replace_lane(a, 0, r);
  }
  return slowSd(cpu, OP_SUB, a, b);
}

export function x86_mulsd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const x = f64x2.extract_lane(a, 0);
  const y = f64x2.extract_lane(b, 0);
  const r = x * y;
  const fast = fastMode(cpu);
  // An exact zero is 0 times a finite number, so r is not a NaN.
  if (
    fast != FAST_NO &&
    plain64(x) &&
    plain64(y) &&
    (safe64(r) || (r == 0 && (x == 0 || y == 0))) &&
    (fast == FAST_ANY || exactMul64(x, y, r))
  ) {
    return f64x2.replace_lane(a, 0, r);
  }
  return slowSd(cpu, OP_MUL, a, b);
}

export function x86_divsd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const x = f64x2.extract_lane(a, 0);
  const y = f64x2.extract_lane(b, 0);
  const r = x / y;
  const fast = fastMode(cpu);
  if (
    fast != FAST_NO &&
    plain64(x) &&
    plain64(y) &&
    (safe64(r) || (r == 0 && x == 0)) &&
    (fast == FAST_ANY || exactDiv64(x, y, r))
  ) {
    return f64x2.replace_lane(a, 0, r);
  }
  return slowSd(cpu, OP_DIV, a, b);
}

export function x86_sqrtsd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const y = f64x2.extract_lane(b, 0);
  const r = sqrt<f64>(y);
  const fast = fastMode(cpu);
  if (fast != FAST_NO && plain64(y) && (safe64(r) || y == 0) && (fast == FAST_ANY || exactSqrt64(y, r)))
    return f64x2.replace_lane(a, 0, r);
  return slowSd(cpu, OP_SQRT, a, b);
}

export function x86_minsd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const x = f64x2.extract_lane(a, 0);
  const y = f64x2.extract_lane(b, 0);
  if (plain64(x) && plain64(y)) return f64x2.replace_lane(a, 0, x < y ? x : y);
  return slowSd(cpu, OP_MIN, a, b);
}

export function x86_maxsd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const x = f64x2.extract_lane(a, 0);
  const y = f64x2.extract_lane(b, 0);
  if (plain64(x) && plain64(y)) return f64x2.replace_lane(a, 0, x > y ? x : y);
  return slowSd(cpu, OP_MAX, a, b);
}

export function x86_addss(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const x = f32x4.extract_lane(a, 0);
  const y = f32x4.extract_lane(b, 0);
  const r = x + y;
  const fast = fastMode(cpu);
  if (
    fast != FAST_NO &&
    plain32(x) &&
    plain32(y) &&
    (safe32(r) || r == 0) &&
    (fast == FAST_ANY || exactAdd32(x, y, r))
  ) {
    return f32x4.replace_lane(a, 0, r);
  }
  return slowSs(cpu, OP_ADD, a, b);
}

export function x86_subss(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const x = f32x4.extract_lane(a, 0);
  const y = f32x4.extract_lane(b, 0);
  const r = x - y;
  const fast = fastMode(cpu);
  if (
    fast != FAST_NO &&
    plain32(x) &&
    plain32(y) &&
    (safe32(r) || r == 0) &&
    (fast == FAST_ANY || exactAdd32(x, -y, r))
  ) {
    return f32x4.replace_lane(a, 0, r);
  }
  return slowSs(cpu, OP_SUB, a, b);
}

export function x86_mulss(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const x = f32x4.extract_lane(a, 0);
  const y = f32x4.extract_lane(b, 0);
  const r = x * y;
  const fast = fastMode(cpu);
  if (
    fast != FAST_NO &&
    plain32(x) &&
    plain32(y) &&
    (safe32(r) || (r == 0 && (x == 0 || y == 0))) &&
    (fast == FAST_ANY || exactMul32(x, y, r))
  ) {
    return f32x4.replace_lane(a, 0, r);
  }
  return slowSs(cpu, OP_MUL, a, b);
}

export function x86_divss(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const x = f32x4.extract_lane(a, 0);
  const y = f32x4.extract_lane(b, 0);
  const r = x / y;
  const fast = fastMode(cpu);
  if (
    fast != FAST_NO &&
    plain32(x) &&
    plain32(y) &&
    (safe32(r) || (r == 0 && x == 0)) &&
    (fast == FAST_ANY || exactDiv32(x, y, r))
  ) {
    return f32x4.replace_lane(a, 0, r);
  }
  return slowSs(cpu, OP_DIV, a, b);
}

export function x86_sqrtss(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const y = f32x4.extract_lane(b, 0);
  const r = sqrt<f32>(y);
  const fast = fastMode(cpu);
  if (fast != FAST_NO && plain32(y) && (safe32(r) || y == 0) && (fast == FAST_ANY || exactSqrt32(y, r)))
    return f32x4.replace_lane(a, 0, r);
  return slowSs(cpu, OP_SQRT, a, b);
}

export function x86_minss(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const x = f32x4.extract_lane(a, 0);
  const y = f32x4.extract_lane(b, 0);
  if (plain32(x) && plain32(y)) return f32x4.replace_lane(a, 0, x < y ? x : y);
  return slowSs(cpu, OP_MIN, a, b);
}

export function x86_maxss(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const x = f32x4.extract_lane(a, 0);
  const y = f32x4.extract_lane(b, 0);
  if (plain32(x) && plain32(y)) return f32x4.replace_lane(a, 0, x > y ? x : y);
  return slowSs(cpu, OP_MAX, a, b);
}

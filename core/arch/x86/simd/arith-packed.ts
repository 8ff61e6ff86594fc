// ADDPS .. SQRTPD, ADDSUBPS/PD, HADDPS/PD, HSUBPS/PD: whole registers.

import {
  FAST_ANY,
  FAST_NO,
  all,
  exactAdd32,
  exactAdd64,
  exactDiv32,
  exactDiv64,
  exactMul32,
  exactMul64,
  exactSqrt32,
  exactSqrt64,
  fastMode,
  plain32x4,
  plain64x2,
  safe32x4,
  safe64x2,
} from "./fast";
import { OP_ADD, OP_ADDSUB, OP_DIV, OP_MAX, OP_MIN, OP_MUL, OP_SQRT, OP_SUB, slowPd, slowPs } from "./slow";

function exactPd(op: i32, a: v128, b: v128, r: v128): bool {
  return (
    exactLane64(op, f64x2.extract_lane(a, 0), f64x2.extract_lane(b, 0), f64x2.extract_lane(r, 0), false) &&
    exactLane64(op, f64x2.extract_lane(a, 1), f64x2.extract_lane(b, 1), f64x2.extract_lane(r, 1), true)
  );
}

function exactLane64(op: i32, x: f64, y: f64, r: f64, odd: bool): bool {
  switch (op) {
    case OP_ADD:
      return exactAdd64(x, y, r);
    case OP_SUB:
      return exactAdd64(x, -y, r);
    case OP_MUL:
      return exactMul64(x, y, r);
    case OP_DIV:
      return exactDiv64(x, y, r);
    case OP_ADDSUB:
      return exactAdd64(x, odd ? y : -y, r);
    default:
      return exactSqrt64(y, r);
  }
}

function exactPs(op: i32, a: v128, b: v128, r: v128): bool {
  return (
    exactLane32(op, f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0), f32x4.extract_lane(r, 0), false) &&
    exactLane32(op, f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1), f32x4.extract_lane(r, 1), true) &&
    exactLane32(op, f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2), f32x4.extract_lane(r, 2), false) &&
    exactLane32(op, f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3), f32x4.extract_lane(r, 3), true)
  );
}

function exactLane32(op: i32, x: f32, y: f32, r: f32, odd: bool): bool {
  switch (op) {
    case OP_ADD:
      return exactAdd32(x, y, r);
    case OP_SUB:
      return exactAdd32(x, -y, r);
    case OP_MUL:
      return exactMul32(x, y, r);
    case OP_DIV:
      return exactDiv32(x, y, r);
    case OP_ADDSUB:
      return exactAdd32(x, odd ? y : -y, r);
    default:
      return exactSqrt32(y, r);
  }
}

/** Sum `r` of plain operands, or the slow path. */
// @ts-ignore: decorator
@inline function sumPd(cpu: i32, op: i32, a: v128, b: v128, r: v128): v128 {
  const fast = fastMode(cpu);
  if (fast != FAST_NO) {
    const ok = v128.and(v128.and(plain64x2(a), plain64x2(b)), safe64x2(r, f64x2.eq(r, f64x2.splat(0))));
    if (all(ok) && (fast == FAST_ANY || exactPd(op, a, b, r))) return r;
  }
  return slowPd(cpu, op, a, b);
}

// @ts-ignore: decorator
@inline function sumPs(cpu: i32, op: i32, a: v128, b: v128, r: v128): v128 {
  const fast = fastMode(cpu);
  if (fast != FAST_NO) {
    const ok = v128.and(v128.and(plain32x4(a), plain32x4(b)), safe32x4(r, f32x4.eq(r, f32x4.splat(0))));
    if (i32x4.all_true(ok) && (fast == FAST_ANY || exactPs(op, a, b, r))) return r;
  }
  return slowPs(cpu, op, a, b);
}

export function x86_addpd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  return sumPd(cpu, OP_ADD, a, b, f64x2.add(a, b));
}

export function x86_subpd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  return sumPd(cpu, OP_SUB, a, b, f64x2.sub(a, b));
}

export function x86_addsubpd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  return sumPd(cpu, OP_ADDSUB, a, b, f64x2.add(a, v128.xor(b, i64x2(i64.MIN_VALUE, 0))));
}

export function x86_addps(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  return sumPs(cpu, OP_ADD, a, b, f32x4.add(a, b));
}

export function x86_subps(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  return sumPs(cpu, OP_SUB, a, b, f32x4.sub(a, b));
}

export function x86_addsubps(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  return sumPs(cpu, OP_ADDSUB, a, b, f32x4.add(a, v128.xor(b, i32x4(i32.MIN_VALUE, 0, i32.MIN_VALUE, 0))));
}

export function x86_haddpd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  return x86_addpd(cpu, v128.shuffle<i64>(a, b, 0, 2), v128.shuffle<i64>(a, b, 1, 3), 0);
}

export function x86_hsubpd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  return x86_subpd(cpu, v128.shuffle<i64>(a, b, 0, 2), v128.shuffle<i64>(a, b, 1, 3), 0);
}

export function x86_haddps(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  return x86_addps(cpu, v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(a, b, 1, 3, 5, 7), 0);
}

export function x86_hsubps(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  return x86_subps(cpu, v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(a, b, 1, 3, 5, 7), 0);
}

export function x86_mulpd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const fast = fastMode(cpu);
  if (fast != FAST_NO) {
    const r = f64x2.mul(a, b);
    const zero = v128.or(f64x2.eq(a, f64x2.splat(0)), f64x2.eq(b, f64x2.splat(0)));
    const ok = v128.and(v128.and(plain64x2(a), plain64x2(b)), safe64x2(r, zero));
    if (all(ok) && (fast == FAST_ANY || exactPd(OP_MUL, a, b, r))) return r;
  }
  return slowPd(cpu, OP_MUL, a, b);
}

export function x86_mulps(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const fast = fastMode(cpu);
  if (fast != FAST_NO) {
    const r = f32x4.mul(a, b);
    const zero = v128.or(f32x4.eq(a, f32x4.splat(0)), f32x4.eq(b, f32x4.splat(0)));
    const ok = v128.and(v128.and(plain32x4(a), plain32x4(b)), safe32x4(r, zero));
    if (i32x4.all_true(ok) && (fast == FAST_ANY || exactPs(OP_MUL, a, b, r))) return r;
  }
  return slowPs(cpu, OP_MUL, a, b);
}

export function x86_divpd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const fast = fastMode(cpu);
  if (fast != FAST_NO) {
    const r = f64x2.div(a, b);
    const ok = v128.and(v128.and(plain64x2(a), plain64x2(b)), safe64x2(r, f64x2.eq(a, f64x2.splat(0))));
    if (all(ok) && (fast == FAST_ANY || exactPd(OP_DIV, a, b, r))) return r;
  }
  return slowPd(cpu, OP_DIV, a, b);
}

export function x86_divps(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const fast = fastMode(cpu);
  if (fast != FAST_NO) {
    const r = f32x4.div(a, b);
    const ok = v128.and(v128.and(plain32x4(a), plain32x4(b)), safe32x4(r, f32x4.eq(a, f32x4.splat(0))));
    if (i32x4.all_true(ok) && (fast == FAST_ANY || exactPs(OP_DIV, a, b, r))) return r;
  }
  return slowPs(cpu, OP_DIV, a, b);
}

export function x86_sqrtpd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const fast = fastMode(cpu);
  if (fast != FAST_NO) {
    const r = f64x2.sqrt(b);
    const ok = v128.and(plain64x2(b), safe64x2(r, f64x2.eq(b, f64x2.splat(0))));
    if (all(ok) && (fast == FAST_ANY || exactPd(OP_SQRT, b, b, r))) return r;
  }
  return slowPd(cpu, OP_SQRT, a, b);
}

export function x86_sqrtps(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  const fast = fastMode(cpu);
  if (fast != FAST_NO) {
    const r = f32x4.sqrt(b);
    const ok = v128.and(plain32x4(b), safe32x4(r, f32x4.eq(b, f32x4.splat(0))));
    if (i32x4.all_true(ok) && (fast == FAST_ANY || exactPs(OP_SQRT, b, b, r))) return r;
  }
  return slowPs(cpu, OP_SQRT, a, b);
}

export function x86_minpd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  return all(v128.and(plain64x2(a), plain64x2(b))) ? f64x2.pmin(b, a) : slowPd(cpu, OP_MIN, a, b);
}

export function x86_maxpd(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  return all(v128.and(plain64x2(a), plain64x2(b))) ? f64x2.pmax(b, a) : slowPd(cpu, OP_MAX, a, b);
}

export function x86_minps(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  return i32x4.all_true(v128.and(plain32x4(a), plain32x4(b))) ? f32x4.pmin(b, a) : slowPs(cpu, OP_MIN, a, b);
}

export function x86_maxps(cpu: i32, a: v128, b: v128, imm: u64): v128 {
  return i32x4.all_true(v128.and(plain32x4(a), plain32x4(b))) ? f32x4.pmax(b, a) : slowPs(cpu, OP_MAX, a, b);
}

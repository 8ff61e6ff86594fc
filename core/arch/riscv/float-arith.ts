// Arithmetic of floats and doubles (unprivileged 21.6, 22.4): the last argument is the rounding mode. A float comes in the lower half of its
// argument, and goes so.

import { RV_RM } from "../../../src/arch/riscv/layout";
import { fma32 } from "../../float/fma32";
import { fma64 } from "../../float/fma64";
import { add32, div32, mul32, sqrt32, sub32 } from "../../float/soft32";
import { add64, div64, mul64, sqrt64, sub64 } from "../../float/soft64";
import { NEAREST, finite32, finite64, fusedFast32, fusedFast64, safe32, safe64, usual } from "./float-fast";
import { begin, end } from "./float-unit";

// @ts-ignore: decorator
@inline function done32(cpu: i32, result: u32): i64 {
  end(cpu);
  return <i64>(<u64>result);
}

// @ts-ignore: decorator
@inline function done64(cpu: i32, result: u64): i64 {
  end(cpu);
  return result;
}

export function riscv_fadd_s(cpu: i32, a: i64, b: i64, rm: i64): i64 {
  const x = reinterpret<f32>(<u32>a),
    y = reinterpret<f32>(<u32>b);
  const r = x + y;
  if (usual(cpu, <i32>rm) && finite32(r)) return <u64>reinterpret<u32>(r);
  begin(<i32>rm);
  return done32(cpu, add32(<u32>a, <u32>b));
}

export function riscv_fsub_s(cpu: i32, a: i64, b: i64, rm: i64): i64 {
  const x = reinterpret<f32>(<u32>a),
    y = reinterpret<f32>(<u32>b);
  const r = x - y;
  if (usual(cpu, <i32>rm) && finite32(r)) return <u64>reinterpret<u32>(r);
  begin(<i32>rm);
  return done32(cpu, sub32(<u32>a, <u32>b));
}

export function riscv_fmul_s(cpu: i32, a: i64, b: i64, rm: i64): i64 {
  const x = reinterpret<f32>(<u32>a),
    y = reinterpret<f32>(<u32>b);
  const r = x * y;
  if (usual(cpu, <i32>rm) && (safe32(r) || (r == 0 && (x == 0 || y == 0)))) return <u64>reinterpret<u32>(r);
  begin(<i32>rm);
  return done32(cpu, mul32(<u32>a, <u32>b));
}

export function riscv_fdiv_s(cpu: i32, a: i64, b: i64, rm: i64): i64 {
  const x = reinterpret<f32>(<u32>a),
    y = reinterpret<f32>(<u32>b);
  const r = x / y;
  if (usual(cpu, <i32>rm) && (safe32(r) || (r == 0 && x == 0))) return <u64>reinterpret<u32>(r);
  begin(<i32>rm);
  return done32(cpu, div32(<u32>a, <u32>b));
}

export function riscv_fsqrt_s(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  const r = sqrt<f32>(reinterpret<f32>(<u32>a));
  if (usual(cpu, <i32>rm) && finite32(r)) return <u64>reinterpret<u32>(r);
  begin(<i32>rm);
  return done32(cpu, sqrt32(<u32>a));
}

/** a * b + c. */
function fused32(cpu: i32, rm: i32, a: i64, b: i64, c: i64): i64 {
  if (usual(cpu, rm)) {
    const r = fusedFast32(reinterpret<f32>(<u32>a), reinterpret<f32>(<u32>b), reinterpret<f32>(<u32>c));
    if (safe32(r)) return <u64>reinterpret<u32>(r);
  }
  begin(rm);
  return done32(cpu, fma32(<u32>a, <u32>b, <u32>c));
}

/** In the mode of RV_RM. */
export function riscv_fma_s(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return fused32(cpu, load<i32>(cpu + RV_RM), a, b, c);
}

export function riscv_fma_near_s(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return fused32(cpu, NEAREST, a, b, c);
}

export function riscv_fadd_d(cpu: i32, a: i64, b: i64, rm: i64): i64 {
  const x = reinterpret<f64>(a),
    y = reinterpret<f64>(b);
  const r = x + y;
  if (usual(cpu, <i32>rm) && finite64(r)) return reinterpret<u64>(r);
  begin(<i32>rm);
  return done64(cpu, add64(a, b));
}

export function riscv_fsub_d(cpu: i32, a: i64, b: i64, rm: i64): i64 {
  const x = reinterpret<f64>(a),
    y = reinterpret<f64>(b);
  const r = x - y;
  if (usual(cpu, <i32>rm) && finite64(r)) return reinterpret<u64>(r);
  begin(<i32>rm);
  return done64(cpu, sub64(a, b));
}

export function riscv_fmul_d(cpu: i32, a: i64, b: i64, rm: i64): i64 {
  const x = reinterpret<f64>(a),
    y = reinterpret<f64>(b);
  const r = x * y;
  if (usual(cpu, <i32>rm) && (safe64(r) || (r == 0 && (x == 0 || y == 0)))) return reinterpret<u64>(r);
  begin(<i32>rm);
  return done64(cpu, mul64(a, b));
}

export function riscv_fdiv_d(cpu: i32, a: i64, b: i64, rm: i64): i64 {
  const x = reinterpret<f64>(a),
    y = reinterpret<f64>(b);
  const r = x / y;
  if (usual(cpu, <i32>rm) && (safe64(r) || (r == 0 && x == 0))) return reinterpret<u64>(r);
  begin(<i32>rm);
  return done64(cpu, div64(a, b));
}

export function riscv_fsqrt_d(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  const r = sqrt<f64>(reinterpret<f64>(a));
  if (usual(cpu, <i32>rm) && finite64(r)) return reinterpret<u64>(r);
  begin(<i32>rm);
  return done64(cpu, sqrt64(a));
}

/** a * b + c. */
function fused64(cpu: i32, rm: i32, a: i64, b: i64, c: i64): i64 {
  if (usual(cpu, rm)) {
    const r = fusedFast64(reinterpret<f64>(a), reinterpret<f64>(b), reinterpret<f64>(c));
    if (safe64(r)) return reinterpret<u64>(r);
  }
  begin(rm);
  return done64(cpu, fma64(a, b, c));
}

/** In the mode of RV_RM. */
export function riscv_fma_d(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return fused64(cpu, load<i32>(cpu + RV_RM), a, b, c);
}

export function riscv_fma_near_d(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return fused64(cpu, NEAREST, a, b, c);
}

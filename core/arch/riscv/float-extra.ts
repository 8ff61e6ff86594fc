// Zfa (unprivileged 26): minimum and maximum that give a NaN for one, comparisons that are quiet, rounding to an integral value, and the
// conversion that takes what does not fit modulo 2^32.

import { roundInt32, roundInt64 } from "../../float/convert";
import { roundInt16 } from "../../float/convert16";
import { FE_INEXACT, FE_INVALID, fpRaise } from "../../float/env";
import { defaultNan16, wide16 } from "../../float/soft16";
import { defaultNan32 } from "../../float/soft32";
import { defaultNan64 } from "../../float/soft64";
import { unordered32, unordered64 } from "./float-bits";
import { greater16, lesser16, unordered16 } from "./float-half";
import { begin, end } from "./float-unit";

export function riscv_fminm_h(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const x = <u32>a & 0xffff;
  const y = <u32>b & 0xffff;
  return <u64>(unordered16(cpu, x, y, false) ? defaultNan16() : lesser16(x, y));
}

export function riscv_fmaxm_h(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const x = <u32>a & 0xffff;
  const y = <u32>b & 0xffff;
  return <u64>(unordered16(cpu, x, y, false) ? defaultNan16() : greater16(x, y));
}

export function riscv_fminm_s(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (unordered32(cpu, <u32>a, <u32>b, false)) return <u64>defaultNan32();
  return <u64>reinterpret<u32>(min<f32>(reinterpret<f32>(<u32>a), reinterpret<f32>(<u32>b)));
}

export function riscv_fmaxm_s(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (unordered32(cpu, <u32>a, <u32>b, false)) return <u64>defaultNan32();
  return <u64>reinterpret<u32>(max<f32>(reinterpret<f32>(<u32>a), reinterpret<f32>(<u32>b)));
}

export function riscv_fminm_d(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (unordered64(cpu, a, b, false)) return defaultNan64();
  return reinterpret<u64>(min<f64>(reinterpret<f64>(a), reinterpret<f64>(b)));
}

export function riscv_fmaxm_d(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (unordered64(cpu, a, b, false)) return defaultNan64();
  return reinterpret<u64>(max<f64>(reinterpret<f64>(a), reinterpret<f64>(b)));
}

export function riscv_fltq_h(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const x = <u32>a & 0xffff;
  const y = <u32>b & 0xffff;
  return i64(!unordered16(cpu, x, y, false) && wide16(x) < wide16(y));
}

export function riscv_fleq_h(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const x = <u32>a & 0xffff;
  const y = <u32>b & 0xffff;
  return i64(!unordered16(cpu, x, y, false) && wide16(x) <= wide16(y));
}

export function riscv_fltq_s(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return i64(!unordered32(cpu, <u32>a, <u32>b, false) && reinterpret<f32>(<u32>a) < reinterpret<f32>(<u32>b));
}

export function riscv_fleq_s(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return i64(!unordered32(cpu, <u32>a, <u32>b, false) && reinterpret<f32>(<u32>a) <= reinterpret<f32>(<u32>b));
}

export function riscv_fltq_d(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return i64(!unordered64(cpu, a, b, false) && reinterpret<f64>(a) < reinterpret<f64>(b));
}

export function riscv_fleq_d(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return i64(!unordered64(cpu, a, b, false) && reinterpret<f64>(a) <= reinterpret<f64>(b));
}

/** Controls of roundInt64: by the mode of the environment; and without inexact. */
const CURRENT = 4;
const EXACT = 8;

export function riscv_fround_h(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  return round16(cpu, a, rm, CURRENT | EXACT);
}

export function riscv_froundnx_h(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  return round16(cpu, a, rm, CURRENT);
}

function round16(cpu: i32, a: i64, rm: i64, control: i32): i64 {
  begin(<i32>rm);
  const result = <u64>roundInt16(<u32>a & 0xffff, control);
  end(cpu);
  return result;
}

export function riscv_fround_s(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  return round32(cpu, a, rm, CURRENT | EXACT);
}

export function riscv_froundnx_s(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  return round32(cpu, a, rm, CURRENT);
}

function round32(cpu: i32, a: i64, rm: i64, control: i32): i64 {
  begin(<i32>rm);
  const result = <u64>roundInt32(<u32>a, control);
  end(cpu);
  return result;
}

export function riscv_fround_d(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  return round64(cpu, a, rm, CURRENT | EXACT);
}

export function riscv_froundnx_d(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  return round64(cpu, a, rm, CURRENT);
}

function round64(cpu: i32, a: i64, rm: i64, control: i32): i64 {
  begin(<i32>rm);
  const result = roundInt64(a, control);
  end(cpu);
  return result;
}

/** Infinities and NaNs are 0; the flags are those of FCVT.W.D. */
export function riscv_fcvtmod_w_d(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const x = reinterpret<f64>(a);
  const r = trunc<f64>(x);
  begin(0);
  if (!(r >= -2147483648.0 && r < 2147483648.0)) fpRaise(FE_INVALID);
  else if (r != x) fpRaise(FE_INEXACT);
  end(cpu);
  if (abs<f64>(r) < 9223372036854775808.0) return <i64>(<i32>(<i64>r));
  // Of a greater number the lowest bit of the significand is far up.
  const shift = (<i32>(<u64>a >> 52) & 0x7ff) - 1023 - 52;
  if (shift > 31) return 0;
  const low = <i32>((<u64>a) << shift);
  return <i64>(a < 0 ? -low : low);
}

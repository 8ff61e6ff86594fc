// Zfh (unprivileged 24): halves, which come in the lower quarter of their arguments, and go so.

import { RV_RM } from "../../../src/arch/riscv/layout";
import { f16to32, f16to64, f32to16, f64to16, intTo16, uintTo16 } from "../../float/convert16";
import {
  INF16,
  SIGN16,
  add16,
  defaultNan16,
  div16,
  fma16,
  isDenormal16,
  isNan16,
  isSnan16,
  mul16,
  sqrt16,
  sub16,
  wide16,
} from "../../float/soft16";
import { toLong, toUnsignedLong, toUnsignedWord, toWord } from "./float-convert";
import { begin, end, invalid, kind } from "./float-unit";

// @ts-ignore: decorator
@inline function half(a: i64): u32 {
  return <u32>a & 0xffff;
}

// @ts-ignore: decorator
@inline function done(cpu: i32, result: u32): i64 {
  end(cpu);
  return <i64>(<u64>result);
}

export function riscv_fadd_h(cpu: i32, a: i64, b: i64, rm: i64): i64 {
  begin(<i32>rm);
  return done(cpu, add16(half(a), half(b)));
}

export function riscv_fsub_h(cpu: i32, a: i64, b: i64, rm: i64): i64 {
  begin(<i32>rm);
  return done(cpu, sub16(half(a), half(b)));
}

export function riscv_fmul_h(cpu: i32, a: i64, b: i64, rm: i64): i64 {
  begin(<i32>rm);
  return done(cpu, mul16(half(a), half(b)));
}

export function riscv_fdiv_h(cpu: i32, a: i64, b: i64, rm: i64): i64 {
  begin(<i32>rm);
  return done(cpu, div16(half(a), half(b)));
}

export function riscv_fsqrt_h(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  begin(<i32>rm);
  return done(cpu, sqrt16(half(a)));
}

/** a * b + c, in the mode of RV_RM. */
export function riscv_fma_h(cpu: i32, a: i64, b: i64, c: i64): i64 {
  begin(load<i32>(cpu + RV_RM));
  return done(cpu, fma16(half(a), half(b), half(c)));
}

export function riscv_fclass_h(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const x = half(a);
  if (isNan16(x)) return isSnan16(x) ? 0x100 : 0x200;
  const size = x & ~SIGN16;
  return kind((x & SIGN16) != 0, size == INF16, isDenormal16(x), size == 0);
}

/** True where one is a NaN: invalid where it is a signaling one, or where any is. */
export function unordered16(cpu: i32, x: u32, y: u32, any: bool): bool {
  if (!isNan16(x) && !isNan16(y)) return false;
  if (any || isSnan16(x) || isSnan16(y)) invalid(cpu);
  return true;
}

export function riscv_feq_h(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return i64(!unordered16(cpu, half(a), half(b), false) && wide16(half(a)) == wide16(half(b)));
}

export function riscv_flt_h(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return i64(!unordered16(cpu, half(a), half(b), true) && wide16(half(a)) < wide16(half(b)));
}

export function riscv_fle_h(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return i64(!unordered16(cpu, half(a), half(b), true) && wide16(half(a)) <= wide16(half(b)));
}

/** The one that is less; of zeros, -0 is. */
// @ts-ignore: decorator
@inline export function lesser16(x: u32, y: u32): u32 {
  const order = wide16(x) - wide16(y);
  return order < 0 || (x & SIGN16) > (y & SIGN16) ? x : y;
}

// @ts-ignore: decorator
@inline export function greater16(x: u32, y: u32): u32 {
  return lesser16(x, y) == x ? y : x;
}

function one16(x: u32, y: u32): u32 {
  return !isNan16(x) ? x : !isNan16(y) ? y : defaultNan16();
}

export function riscv_fmin_h(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const x = half(a);
  const y = half(b);
  return <u64>(unordered16(cpu, x, y, false) ? one16(x, y) : lesser16(x, y));
}

export function riscv_fmax_h(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const x = half(a);
  const y = half(b);
  return <u64>(unordered16(cpu, x, y, false) ? one16(x, y) : greater16(x, y));
}

export function riscv_fcvt_w_h(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  return toWord(cpu, wide16(half(a)), rm);
}

export function riscv_fcvt_wu_h(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  return toUnsignedWord(cpu, wide16(half(a)), rm);
}

export function riscv_fcvt_l_h(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  return toLong(cpu, wide16(half(a)), rm);
}

export function riscv_fcvt_lu_h(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  return toUnsignedLong(cpu, wide16(half(a)), rm);
}

export function riscv_fcvt_h_l(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  begin(<i32>rm);
  return done(cpu, intTo16(a));
}

export function riscv_fcvt_h_lu(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  begin(<i32>rm);
  return done(cpu, uintTo16(a));
}

export function riscv_fcvt_s_h(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  begin(<i32>rm);
  return done(cpu, f16to32(half(a)));
}

export function riscv_fcvt_d_h(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  begin(<i32>rm);
  const result = f16to64(half(a));
  end(cpu);
  return result;
}

export function riscv_fcvt_h_s(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  begin(<i32>rm);
  return done(cpu, f32to16(<u32>a));
}

export function riscv_fcvt_h_d(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  begin(<i32>rm);
  return done(cpu, f64to16(a));
}

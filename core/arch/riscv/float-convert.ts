// Conversions (unprivileged 21.7, 22.5). To integers: what does not fit becomes the nearest one that there is, a NaN the greatest, and both
// are invalid.

import { f32to64, f64to32, intTo32, intTo64, integral, uintTo32, uintTo64 } from "../../float/convert";
import { FE_INEXACT, FE_INVALID, fpRaise } from "../../float/env";
import { isNan32 } from "../../float/soft32";
import { hasWhole, inexactSet, safe32, usual, wholeOf } from "./float-fast";
import { begin, end, roundingOf } from "./float-unit";

/** Of a float what its double is: that is exact. */
// @ts-ignore: decorator
@inline function single(a: i64): f64 {
  return <f64>reinterpret<f32>(<u32>a);
}

/** The integer's value where it is from `low` to below `high`; else `least` or `greatest`. */
function toInteger(cpu: i32, x: f64, rm: i64, low: f64, high: f64, least: i64, greatest: i64): i64 {
  if (hasWhole(<i32>rm) && inexactSet(cpu)) {
    const whole = wholeOf(x, <i32>rm);
    if (whole >= low && whole < high) return low < 0 ? <i64>whole : <i64>(<u64>whole);
  }
  begin(<i32>rm);
  const r = integral(x, roundingOf(<i32>rm));
  let result: i64;
  if (r >= low && r < high) {
    if (r != x) fpRaise(FE_INEXACT);
    result = low < 0 ? <i64>r : <i64>(<u64>r);
  } else {
    fpRaise(FE_INVALID);
    result = r < low ? least : greatest;
  }
  end(cpu);
  return result;
}

export function toWord(cpu: i32, x: f64, rm: i64): i64 {
  return toInteger(cpu, x, rm, -2147483648.0, 2147483648.0, i32.MIN_VALUE, i32.MAX_VALUE);
}

/** The word is sign-extended, as any is. */
export function toUnsignedWord(cpu: i32, x: f64, rm: i64): i64 {
  return <i64>(<i32>toInteger(cpu, x, rm, 0, 4294967296.0, 0, -1));
}

export function toLong(cpu: i32, x: f64, rm: i64): i64 {
  return toInteger(cpu, x, rm, -9223372036854775808.0, 9223372036854775808.0, i64.MIN_VALUE, i64.MAX_VALUE);
}

export function toUnsignedLong(cpu: i32, x: f64, rm: i64): i64 {
  return toInteger(cpu, x, rm, 0, 18446744073709551616.0, 0, -1);
}

export function riscv_fcvt_w_s(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  return toWord(cpu, single(a), rm);
}

export function riscv_fcvt_wu_s(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  return toUnsignedWord(cpu, single(a), rm);
}

export function riscv_fcvt_l_s(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  return toLong(cpu, single(a), rm);
}

export function riscv_fcvt_lu_s(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  return toUnsignedLong(cpu, single(a), rm);
}

export function riscv_fcvt_w_d(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  return toWord(cpu, reinterpret<f64>(a), rm);
}

export function riscv_fcvt_wu_d(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  return toUnsignedWord(cpu, reinterpret<f64>(a), rm);
}

export function riscv_fcvt_l_d(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  return toLong(cpu, reinterpret<f64>(a), rm);
}

export function riscv_fcvt_lu_d(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  return toUnsignedLong(cpu, reinterpret<f64>(a), rm);
}

// From integers of 64 bits: the frontend extends words.

export function riscv_fcvt_s_l(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  if (usual(cpu, <i32>rm)) return <u64>reinterpret<u32>(<f32>a);
  begin(<i32>rm);
  const result = <u64>intTo32(a);
  end(cpu);
  return result;
}

export function riscv_fcvt_s_lu(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  if (usual(cpu, <i32>rm)) return <u64>reinterpret<u32>(<f32>(<u64>a));
  begin(<i32>rm);
  const result = <u64>uintTo32(a);
  end(cpu);
  return result;
}

export function riscv_fcvt_d_l(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  // What is a word is exact.
  if (<i64>(<i32>a) == a || usual(cpu, <i32>rm)) return reinterpret<u64>(<f64>a);
  begin(<i32>rm);
  const result = intTo64(a);
  end(cpu);
  return result;
}

export function riscv_fcvt_d_lu(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  if (usual(cpu, <i32>rm)) return reinterpret<u64>(<f64>(<u64>a));
  begin(<i32>rm);
  const result = uintTo64(a);
  end(cpu);
  return result;
}

export function riscv_fcvt_s_d(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  const x = reinterpret<f64>(a);
  const r = <f32>x;
  if (usual(cpu, <i32>rm) && (safe32(r) || x == 0)) return <u64>reinterpret<u32>(r);
  begin(<i32>rm);
  const result = <u64>f64to32(a);
  end(cpu);
  return result;
}

export function riscv_fcvt_d_s(cpu: i32, a: i64, rm: i64, c: i64): i64 {
  if (!isNan32(<u32>a)) return reinterpret<u64>(<f64>reinterpret<f32>(<u32>a));
  begin(<i32>rm);
  const result = f32to64(<u32>a);
  end(cpu);
  return result;
}

// To integers of 16 bits: elements of vectors alone are so narrow.

export function riscv_fcvt_h_s(cpu: i32, a: i64, rm: i64): i64 {
  return toInteger(cpu, single(a), rm, -32768.0, 32768.0, i16.MIN_VALUE, i16.MAX_VALUE);
}

export function riscv_fcvt_hu_s(cpu: i32, a: i64, rm: i64): i64 {
  return toInteger(cpu, single(a), rm, 0, 65536.0, 0, 0xffff);
}

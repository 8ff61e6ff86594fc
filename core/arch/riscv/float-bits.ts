// Classes, comparisons, minimum and maximum of floats and doubles (unprivileged 21.8, 21.9, 22.6). A float comes in the lower half of its
// argument.

import { isDenormal32, isNan32, isSnan32 } from "../../float/soft32";
import { isDenormal64, isNan64, isSnan64 } from "../../float/soft64";
import { invalid, kind } from "./float-unit";

const NAN32: u32 = 0x7fc00000;
const NAN64: u64 = 0x7ff8000000000000;

export function riscv_fclass_s(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const x = <u32>a;
  if (isNan32(x)) return isSnan32(x) ? 0x100 : 0x200;
  return kind(x >> 31 != 0, x << 1 == 0xff000000, isDenormal32(x), x << 1 == 0);
}

export function riscv_fclass_d(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const x = <u64>a;
  if (isNan64(x)) return isSnan64(x) ? 0x100 : 0x200;
  return kind(x >> 63 != 0, x << 1 == 0xffe0000000000000, isDenormal64(x), x << 1 == 0);
}

/** True where one is a NaN: invalid where it is a signaling one, or where any is. */
export function unordered32(cpu: i32, x: u32, y: u32, any: bool): bool {
  if (!isNan32(x) && !isNan32(y)) return false;
  if (any || isSnan32(x) || isSnan32(y)) invalid(cpu);
  return true;
}

export function unordered64(cpu: i32, x: u64, y: u64, any: bool): bool {
  if (!isNan64(x) && !isNan64(y)) return false;
  if (any || isSnan64(x) || isSnan64(y)) invalid(cpu);
  return true;
}

export function riscv_feq_s(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return i64(!unordered32(cpu, <u32>a, <u32>b, false) && reinterpret<f32>(<u32>a) == reinterpret<f32>(<u32>b));
}

export function riscv_flt_s(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return i64(!unordered32(cpu, <u32>a, <u32>b, true) && reinterpret<f32>(<u32>a) < reinterpret<f32>(<u32>b));
}

export function riscv_fle_s(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return i64(!unordered32(cpu, <u32>a, <u32>b, true) && reinterpret<f32>(<u32>a) <= reinterpret<f32>(<u32>b));
}

export function riscv_feq_d(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return i64(!unordered64(cpu, a, b, false) && reinterpret<f64>(a) == reinterpret<f64>(b));
}

export function riscv_flt_d(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return i64(!unordered64(cpu, a, b, true) && reinterpret<f64>(a) < reinterpret<f64>(b));
}

export function riscv_fle_d(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return i64(!unordered64(cpu, a, b, true) && reinterpret<f64>(a) <= reinterpret<f64>(b));
}

// The number where the other one is a NaN; of zeros, -0 is less. WebAssembly's own minimum of two numbers is the same.

export function riscv_fmin_s(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const x = <u32>a,
    y = <u32>b;
  if (unordered32(cpu, x, y, false)) return one32(x, y);
  return <u64>reinterpret<u32>(min<f32>(reinterpret<f32>(x), reinterpret<f32>(y)));
}

export function riscv_fmax_s(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const x = <u32>a,
    y = <u32>b;
  if (unordered32(cpu, x, y, false)) return one32(x, y);
  return <u64>reinterpret<u32>(max<f32>(reinterpret<f32>(x), reinterpret<f32>(y)));
}

export function riscv_fmin_d(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (unordered64(cpu, a, b, false)) return one64(a, b);
  return reinterpret<u64>(min<f64>(reinterpret<f64>(a), reinterpret<f64>(b)));
}

export function riscv_fmax_d(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (unordered64(cpu, a, b, false)) return one64(a, b);
  return reinterpret<u64>(max<f64>(reinterpret<f64>(a), reinterpret<f64>(b)));
}

function one32(x: u32, y: u32): u64 {
  return !isNan32(x) ? x : !isNan32(y) ? y : NAN32;
}

function one64(x: u64, y: u64): u64 {
  return !isNan64(x) ? x : !isNan64(y) ? y : NAN64;
}

// Conversions between binary32, binary64 and integers, and rounding to an integral value, with flags.

import {
  FE_DENORMAL,
  FE_INEXACT,
  FE_INVALID,
  NAN_DEFAULT,
  ROUND_DOWN,
  ROUND_NEAREST,
  ROUND_NEAREST_AWAY,
  ROUND_UP,
  fpNans,
  fpRaise,
  fpRounding,
} from "./env";
import { normRound32, normRound64 } from "./round";
import { INF32, QUIET32, daz32, defaultNan32, isDenormal32, isNan32, isSnan32, nan32 } from "./soft32";
import { INF64, QUIET64, daz64, defaultNan64, isNan64, isSnan64, nan64 } from "./soft64";

export function f32to64(a: u32): u64 {
  if (isNan32(a)) {
    if (isSnan32(a)) fpRaise(FE_INVALID);
    if (fpNans() == NAN_DEFAULT) return defaultNan64();
    return ((<u64>(a >> 31)) << 63) | INF64 | QUIET64 | ((<u64>(a & 0x3fffff)) << 29);
  }
  a = daz32(a);
  if (isDenormal32(a)) fpRaise(FE_DENORMAL);
  return reinterpret<u64>(<f64>reinterpret<f32>(a));
}

export function f64to32(a: u64): u32 {
  const sign = (<u32>(a >> 63)) << 31;
  if (isNan64(a)) {
    if (isSnan64(a)) fpRaise(FE_INVALID);
    if (fpNans() == NAN_DEFAULT) return defaultNan32();
    return sign | INF32 | QUIET32 | (<u32>(a >> 29) & 0x3fffff);
  }
  a = daz64(a);
  if (a << 1 == 0) return sign;
  const exp = <i32>(a >> 52) & 0x7ff;
  if (exp == 0x7ff) return sign | INF32;
  const frac = a & 0x000fffffffffffff;
  if (exp == 0) {
    fpRaise(FE_DENORMAL);
    return normRound32(sign != 0, 1 - 1023 + 127, frac << 10);
  }
  return normRound32(sign != 0, exp - 1023 + 127, (frac | 0x0010000000000000) << 10);
}

export function intTo32(a: i64): u32 {
  return a == 0 ? 0 : normRound32(a < 0, 127 + 62, a < 0 ? -a : a);
}

export function intTo64(a: i64): u64 {
  return a == 0 ? 0 : normRound64(a < 0, 1023 + 62, a < 0 ? -a : a);
}

export function uintTo32(a: u64): u32 {
  return a == 0 ? 0 : normRound32(false, 127 + 62, a);
}

export function uintTo64(a: u64): u64 {
  return a == 0 ? 0 : normRound64(false, 1023 + 62, a);
}

/** An integral value by `mode`, ROUND_*. */
// @ts-ignore: decorator
@inline export function integral(x: f64, mode: i32): f64 {
  if (mode == ROUND_NEAREST) return nearest<f64>(x);
  if (mode == ROUND_DOWN) return floor<f64>(x);
  if (mode == ROUND_UP) return ceil<f64>(x);
  if (mode == ROUND_NEAREST_AWAY) {
    const whole = trunc<f64>(x);
    return abs<f64>(x - whole) >= 0.5 ? whole + copysign<f64>(1, x) : whole;
  }
  return trunc<f64>(x);
}

/** To a 32-bit signed integer by `mode`; 80000000h (integer indefinite) and invalid if it does not fit. */
export function f64toI32(a: u64, mode: i32): i32 {
  const x = reinterpret<f64>(daz64(a));
  const r = integral(x, mode);
  if (!(r >= -2147483648.0 && r <= 2147483647.0)) {
    fpRaise(FE_INVALID);
    return i32.MIN_VALUE;
  }
  if (r != x) fpRaise(FE_INEXACT);
  return <i32>r;
}

/** Same to 64 bits. */
export function f64toI64(a: u64, mode: i32): i64 {
  const x = reinterpret<f64>(daz64(a));
  const r = integral(x, mode);
  if (!(r >= -9223372036854775808.0 && r < 9223372036854775808.0)) {
    fpRaise(FE_INVALID);
    return i64.MIN_VALUE;
  }
  if (r != x) fpRaise(FE_INEXACT);
  return <i64>r;
}

export function f32toI32(a: u32, mode: i32): i32 {
  return f64toI32(widen(daz32(a)), mode);
}

export function f32toI64(a: u32, mode: i32): i64 {
  return f64toI64(widen(daz32(a)), mode);
}

// @ts-ignore: decorator
@inline function widen(a: u32): u64 {
  return reinterpret<u64>(<f64>reinterpret<f32>(a));
}

/** ROUNDSD: `control` is the immediate: bits 0-1 the mode unless bit 2 says the current one, bit 3 suppresses inexact. */
export function roundInt64(a: u64, control: i32): u64 {
  if (isNan64(a)) {
    return nan64(a, a);
  }
  const x = reinterpret<f64>(daz64(a));
  const r = integral(x, control & 4 ? fpRounding() : control & 3);
  if (r != x && (control & 8) == 0) fpRaise(FE_INEXACT);
  return reinterpret<u64>(r);
}

export function roundInt32(a: u32, control: i32): u32 {
  if (isNan32(a)) {
    return nan32(a, a);
  }
  const x = <f64>reinterpret<f32>(daz32(a));
  const r = integral(x, control & 4 ? fpRounding() : control & 3);
  if (r != x && (control & 8) == 0) fpRaise(FE_INEXACT);
  return reinterpret<u32>(<f32>r);
}

// Conversions between binary16 and other formats and integers, with flags.

import { integral } from "./convert";
import { FE_INEXACT, FE_INVALID, NAN_DEFAULT, fpNans, fpRaise, fpRounding } from "./env";
import { normRound16 } from "./round";
import { INF16, QUIET16, SIGN16, defaultNan16, isNan16, isSnan16, nan16, narrow16, wide16 } from "./soft16";
import { INF32, QUIET32, defaultNan32, isNan32, isSnan32 } from "./soft32";
import { INF64, QUIET64, defaultNan64, isNan64, isSnan64 } from "./soft64";

export function f16to32(a: u32): u32 {
  if (!isNan16(a)) return reinterpret<u32>(<f32>wide16(a));
  if (isSnan16(a)) fpRaise(FE_INVALID);
  if (fpNans() == NAN_DEFAULT) return defaultNan32();
  return ((a & SIGN16) << 16) | INF32 | QUIET32 | ((a & 0x1ff) << 13);
}

export function f16to64(a: u32): u64 {
  if (!isNan16(a)) return reinterpret<u64>(wide16(a));
  if (isSnan16(a)) fpRaise(FE_INVALID);
  if (fpNans() == NAN_DEFAULT) return defaultNan64();
  return ((<u64>(a & SIGN16)) << 48) | INF64 | QUIET64 | ((<u64>(a & 0x1ff)) << 42);
}

export function f32to16(a: u32): u32 {
  const sign = (a >> 16) & SIGN16;
  if (isNan32(a)) {
    if (isSnan32(a)) fpRaise(FE_INVALID);
    if (fpNans() == NAN_DEFAULT) return defaultNan16();
    return sign | INF16 | QUIET16 | ((a >> 13) & 0x1ff);
  }
  if (a << 1 == 0) return sign;
  return (a & INF32) == INF32 ? sign | INF16 : narrow16(<f64>reinterpret<f32>(a));
}

export function f64to16(a: u64): u32 {
  const sign = <u32>(a >> 48) & SIGN16;
  if (isNan64(a)) {
    if (isSnan64(a)) fpRaise(FE_INVALID);
    if (fpNans() == NAN_DEFAULT) return defaultNan16();
    return sign | INF16 | QUIET16 | (<u32>(a >> 42) & 0x1ff);
  }
  if (a << 1 == 0) return sign;
  const exp = <i32>(a >> 52) & 0x7ff;
  if (exp == 0x7ff) return sign | INF16;
  // Far below the least half: only that it is not zero counts.
  if (exp == 0) return normRound16(sign != 0, 1 - 1023 + 15, (a & 0x000fffffffffffff) << 10);
  return narrow16(reinterpret<f64>(a));
}

export function intTo16(a: i64): u32 {
  return a == 0 ? 0 : normRound16(a < 0, 15 + 62, a < 0 ? -a : a);
}

export function uintTo16(a: u64): u32 {
  return a == 0 ? 0 : normRound16(false, 15 + 62, a);
}

/** To an integral value: `control` as of roundInt64. */
export function roundInt16(a: u32, control: i32): u32 {
  if (isNan16(a)) return nan16(a, a);
  const x = wide16(a);
  const r = integral(x, control & 4 ? fpRounding() : control & 3);
  if (r != x && (control & 8) == 0) fpRaise(FE_INEXACT);
  return r == 0 || (a & INF16) == INF16 ? (a & SIGN16) | (r == 0 ? 0 : INF16) : narrow16(r);
}

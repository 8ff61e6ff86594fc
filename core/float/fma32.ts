// a * b + c of binary32, rounded once. Inputs and results are never flushed to zeros, and denormal inputs are not noted: no guest that
// fuses asks for either.

import { ROUND_DOWN, fpRounding } from "./env";
import { INF32, SIGN32, invalid32, isNan32, isSnan32, nan32, narrow } from "./soft32";

/** Infinity times zero is invalid whatever is added. Of NaNs those that are multiplied come first. */
export function fma32(a: u32, b: u32, c: u32): u32 {
  const infinite = (a & INF32) == INF32 || (b & INF32) == INF32;
  if (isNan32(a) || isNan32(b)) {
    if (isSnan32(c)) invalid32();
    return nan32(a, b);
  }
  if (infinite && (a << 1 == 0 || b << 1 == 0)) {
    const none = invalid32();
    return isNan32(c) ? nan32(c, c) : none;
  }
  if (isNan32(c)) return nan32(c, c);
  const sign = (a ^ b) & SIGN32;
  const differ = ((sign ^ c) & SIGN32) != 0;
  if (infinite) return (c & INF32) == INF32 && differ ? invalid32() : sign | INF32;
  if ((c & INF32) == INF32) return c;
  // 48 bits: exact.
  const x = <f64>reinterpret<f32>(a) * <f64>reinterpret<f32>(b);
  const y = <f64>reinterpret<f32>(c);
  const sum = x + y;
  if (sum == 0) {
    if (x == 0 && !differ) return sign;
    return fpRounding() == ROUND_DOWN ? SIGN32 : 0;
  }
  // What rounding lost, exactly (Knuth's two-sum), makes the sum odd.
  const part = sum - x;
  const lost = x - (sum - part) + (y - part);
  if (lost == 0) return narrow(sum);
  let bits = reinterpret<u64>(sum);
  if (lost > 0 != sum > 0) bits--;
  return narrow(reinterpret<f64>(bits | 1));
}

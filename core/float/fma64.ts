// a * b + c of binary64, rounded once: 128-bit significands. As of binary32 (fma32.ts), nothing is flushed and denormals are not noted.

import { ROUND_DOWN, fpRounding } from "./env";
import { round64 } from "./round";
import { INF64, SIGN64, exponent, invalid64, isNan64, isSnan64, nan64, normalise, normalisedExponent } from "./soft64";
import { mulHigh64 } from "./wide";

let high: u64 = 0;
let low: u64 = 0;

/** (high:low) >> n with the bits shifted out ORed into the lowest bit; n > 0. */
function shiftRightJam(n: i32): void {
  const all = high | low;
  if (n > 127) {
    high = 0;
    low = all != 0 ? 1 : 0;
  } else if (n > 63) {
    const m = n - 64;
    const lost = low | (m != 0 ? high << (64 - m) : 0);
    low = (high >> m) | (lost != 0 ? 1 : 0);
    high = 0;
  } else {
    const lost = low << (64 - n);
    low = (low >> n) | (high << (64 - n)) | (lost != 0 ? 1 : 0);
    high >>= n;
  }
}

/** (-1)^sign * (high:low)/2^126 * 2^(exp-1023), not 0, rounded. */
function roundWide(sign: bool, exp: i32): u64 {
  if (high >> 63) {
    shiftRightJam(1);
    exp++;
  } else {
    const n = high != 0 ? <i32>clz(high) - 1 : 63 + <i32>clz(low);
    if (n > 63) {
      high = low << (n - 64);
      low = 0;
    } else if (n > 0) {
      high = (high << n) | (low >> (64 - n));
      low <<= n;
    }
    exp -= n;
  }
  return round64(sign, exp, high | (low != 0 ? 1 : 0));
}

/** Infinity times zero is invalid whatever is added. Of NaNs those that are multiplied come first. */
export function fma64(a: u64, b: u64, c: u64): u64 {
  if (isNan64(a) || isNan64(b)) {
    if (isSnan64(c)) invalid64();
    return nan64(a, b);
  }
  const infinite = exponent(a) == 0x7ff || exponent(b) == 0x7ff;
  const zero = a << 1 == 0 || b << 1 == 0;
  if (infinite && zero) {
    const none = invalid64();
    return isNan64(c) ? nan64(c, c) : none;
  }
  if (isNan64(c)) return nan64(c, c);
  const sign = (a ^ b) >> 63 != 0;
  const differ = sign != (c >> 63 != 0);
  if (infinite) return exponent(c) == 0x7ff && differ ? invalid64() : ((a ^ b) & SIGN64) | INF64;
  if (exponent(c) == 0x7ff) return c;
  if (zero) {
    if (c << 1 != 0 || !differ) return c;
    return fpRounding() == ROUND_DOWN ? SIGN64 : 0;
  }
  const sa = normalise(a) << 10;
  let exp = normalisedExponent();
  const sb = normalise(b) << 11;
  // The product's top bit is bit 126 or 125.
  exp += normalisedExponent() - 1022;
  high = mulHigh64(sa, sb);
  low = sa * sb;
  if (c << 1 == 0) return roundWide(sign, exp);
  if (high >> 62 == 0) {
    high = (high << 1) | (low >> 63);
    low <<= 1;
    exp--;
  }
  return addTo(sign, exp, c, differ);
}

/** The product (high:low), its top bit at 126, and `c`, which is finite and not 0. */
function addTo(sign: bool, exp: i32, c: u64, differ: bool): u64 {
  let otherHigh = normalise(c) << 10;
  let otherLow: u64 = 0;
  const otherExp = normalisedExponent();
  if (otherExp > exp) {
    shiftRightJam(otherExp - exp);
    exp = otherExp;
  } else if (otherExp < exp) {
    const productHigh = high;
    const productLow = low;
    high = otherHigh;
    low = 0;
    shiftRightJam(exp - otherExp);
    otherHigh = high;
    otherLow = low;
    high = productHigh;
    low = productLow;
  }
  if (!differ) {
    low += otherLow;
    high += otherHigh + (low < otherLow ? 1 : 0);
    return roundWide(sign, exp);
  }
  if (high == otherHigh && low == otherLow) return fpRounding() == ROUND_DOWN ? SIGN64 : 0;
  const less = high < otherHigh || (high == otherHigh && low < otherLow);
  if (less) {
    high = otherHigh - high - (otherLow < low ? 1 : 0);
    low = otherLow - low;
  } else {
    high = high - otherHigh - (low < otherLow ? 1 : 0);
    low -= otherLow;
  }
  return roundWide(less ? !sign : sign, exp);
}

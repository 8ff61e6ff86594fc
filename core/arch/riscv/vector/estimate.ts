// Estimates to 7 bits (V 13.9, 13.10). The entry of the tables for a significand is the estimate for the middle of those that share its
// upper bits: it is computed here.

import { FE_DIVZERO, FE_INEXACT, FE_INVALID, FE_OVERFLOW, fpRaise } from "../../../float/env";
import { begin, end } from "../float-unit";

// Rounding modes (unprivileged 21.2).
const RTZ = 1;
const RDN = 2;
const RUP = 3;

// Of the format in use: bits of the fraction, the exponent of infinity.
// @ts-ignore: decorator
@inline function fractionOf(single: bool): i32 {
  return single ? 23 : 52;
}

// @ts-ignore: decorator
@inline function topOf(single: bool): i32 {
  return single ? 255 : 2047;
}

function raised(cpu: i32, flags: i32): void {
  begin(0);
  fpRaise(flags);
  end(cpu);
}

// @ts-ignore: decorator
@inline function compose(sign: i64, exponent: i32, fraction: i64, single: bool): i64 {
  return (sign << (single ? 31 : 63)) | ((<i64>exponent) << fractionOf(single)) | fraction;
}

function canonical(cpu: i32, x: i64, single: bool): i64 {
  const quiet = (x >> (fractionOf(single) - 1)) & 1;
  if (quiet == 0) raised(cpu, FE_INVALID);
  return single ? 0x7fc00000 : 0x7ff8000000000000;
}

/** The leading bits of an estimate between 1 and 2. */
// @ts-ignore: decorator
@inline function leading(estimate: f64): i64 {
  return <i64>nearest<f64>((estimate - 1) * 128);
}

export function reciprocalRoot(cpu: i32, x: i64, single: bool): i64 {
  const bits = fractionOf(single);
  const top = topOf(single);
  const sign = (x >> (single ? 31 : 63)) & 1;
  let exponent = <i32>(x >> bits) & top;
  let fraction = x & (((<i64>1) << bits) - 1);
  if (exponent == top && fraction != 0) return canonical(cpu, x, single);
  if (exponent == 0 && fraction == 0) {
    raised(cpu, FE_DIVZERO);
    return compose(sign, top, 0, single);
  }
  if (sign) {
    raised(cpu, FE_INVALID);
    return single ? 0x7fc00000 : 0x7ff8000000000000;
  }
  if (exponent == top) return 0;
  if (exponent == 0) {
    // As if exponents went on below.
    const zeros = <i32>clz(fraction) - (64 - bits);
    exponent = -zeros;
    fraction = (fraction << (zeros + 1)) & (((<i64>1) << bits) - 1);
  }
  const odd = (exponent & 1) == 0;
  const middle = 1 + (<f64>(fraction >> (bits - 6)) + 0.5) / 64;
  const estimate = leading(2 / sqrt<f64>(odd ? middle * 2 : middle));
  const bias = top >> 1;
  return compose(0, (3 * bias - 1 - exponent) >> 1, estimate << (bits - 7), single);
}

export function reciprocal(cpu: i32, x: i64, single: bool, rm: i32): i64 {
  const bits = fractionOf(single);
  const top = topOf(single);
  const sign = (x >> (single ? 31 : 63)) & 1;
  let exponent = <i32>(x >> bits) & top;
  let fraction = x & (((<i64>1) << bits) - 1);
  if (exponent == top) return fraction != 0 ? canonical(cpu, x, single) : compose(sign, 0, 0, single);
  if (exponent == 0 && fraction == 0) {
    raised(cpu, FE_DIVZERO);
    return compose(sign, top, 0, single);
  }
  if (exponent == 0) {
    const zeros = <i32>clz(fraction) - (64 - bits);
    if (zeros > 1) {
      // Its reciprocal is greater than any number.
      raised(cpu, FE_OVERFLOW | FE_INEXACT);
      const down = rm == RTZ || rm == (sign ? RUP : RDN);
      return down ? compose(sign, top - 1, ((<i64>1) << bits) - 1, single) : compose(sign, top, 0, single);
    }
    exponent = -zeros;
    fraction = (fraction << (zeros + 1)) & (((<i64>1) << bits) - 1);
  }
  const middle = 1 + (<f64>(fraction >> (bits - 7)) + 0.5) / 128;
  let estimate = leading(2 / middle) << (bits - 7);
  let result = 2 * (top >> 1) - 1 - exponent;
  if (result <= 0) {
    // Subnormal: the leading one is written, and of a result of -1 goes one place further.
    estimate = (estimate >> 1) | ((<i64>1) << (bits - 1));
    if (result < 0) estimate >>= 1;
    result = 0;
  }
  return compose(sign, result, estimate, single);
}

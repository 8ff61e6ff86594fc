// Conversions of 80-bit numbers from and to binary32, binary64, integers and packed decimals, with flags and C1.

import {
  FE_DENORMAL,
  FE_INEXACT,
  FE_INVALID,
  FE_OVERFLOW,
  FE_UNDERFLOW,
  ROUND_DOWN,
  ROUND_NEAREST,
  ROUND_UP,
  fpMasked,
  fpRaise,
  fpRounding,
  fpSetFlags,
} from "./env";
import {
  BIAS,
  EXP_MASK,
  INT_BIT,
  QUIET_BIT,
  SIGN_BIT,
  give,
  isBad80,
  isDenormal80,
  isInf80,
  isUnsupported80,
  isSnan80,
  setNarrowDenormal,
  setRoundedUp,
} from "./f80";
import { roundsUp } from "./f80round";

// ---- to the 80-bit format: exact --------------------------------------------------------------------------------------------

/** An operand from memory as it is: a signalling NaN stays one; a denormal is noted for the operation that uses it. */
export function widen32(x: u32): u64 {
  const sign = <i32>(x >> 16) & SIGN_BIT;
  const e = <i32>(x >> 23) & 0xff;
  const frac = (<u64>(x & 0x7fffff)) << 40;
  if (e == 0) {
    if (frac == 0) return give(0, sign);
    setNarrowDenormal();
    const n = <i32>clz(frac);
    return give(frac << n, sign | (BIAS - 126 - n));
  }
  return give(frac | INT_BIT, sign | (e == 0xff ? EXP_MASK : e + BIAS - 127));
}

export function widen64(x: u64): u64 {
  const sign = <i32>(x >> 48) & SIGN_BIT;
  const e = <i32>(x >> 52) & 0x7ff;
  const frac = (x << 12) >> 1;
  if (e == 0) {
    if (frac == 0) return give(0, sign);
    setNarrowDenormal();
    const n = <i32>clz(frac);
    return give(frac << n, sign | (BIAS - 1022 - n));
  }
  return give(frac | INT_BIT, sign | (e == 0x7ff ? EXP_MASK : e + BIAS - 1023));
}

export function fromInt80(x: i64): u64 {
  if (x == 0) return give(0, 0);
  const sign = x < 0 ? SIGN_BIT : 0;
  const magnitude = <u64>(x < 0 ? -x : x);
  const n = <i32>clz(magnitude);
  return give(magnitude << n, sign | (BIAS + 63 - n));
}

/** FLD m32, m64: raises DE for denormals and quiets signalling NaNs. */
export function load32(x: u32): u64 {
  if ((x & 0x7f800000) == 0 && x << 1 != 0) fpRaise(FE_DENORMAL);
  if (x << 1 > 0xff000000 && (x & 0x400000) == 0) {
    fpRaise(FE_INVALID);
    x |= 0x400000;
  }
  return widen32(x);
}

export function load64(x: u64): u64 {
  if ((x & 0x7ff0000000000000) == 0 && x << 1 != 0) fpRaise(FE_DENORMAL);
  if (x << 1 > 0xffe0000000000000 && (x & 0x0008000000000000) == 0) {
    fpRaise(FE_INVALID);
    x |= 0x0008000000000000;
  }
  return widen64(x);
}

// ---- to binary32 and binary64 -----------------------------------------------------------------------------------------------

/** Bits of the rounded value in a format of `fraction` bits and largest biased exponent `top` (0xff, 0x7ff). With unmasked
 *  overflow or underflow nothing is to be stored: the result is then meaningless. */
// @ts-ignore: decorator
@inline function narrow(sig: u64, signExp: i32, fraction: i32, top: i32): u64 {
  const sign = signExp & SIGN_BIT;
  const signBit = (<u64>(sign ? top + 1 : 0)) << fraction;
  const infinity = (<u64>top) << fraction;
  if (isUnsupported80(sig, signExp)) {
    fpRaise(FE_INVALID);
    return ((<u64>(top + top + 1)) << fraction) | ((<u64>1) << (fraction - 1));
  }
  const e80 = signExp & EXP_MASK;
  const extra = 63 - fraction;
  if (e80 == EXP_MASK) {
    if (isSnan80(sig, signExp)) fpRaise(FE_INVALID);
    if (sig << 1 == 0) return signBit | infinity;
    return signBit | infinity | (((sig | QUIET_BIT) << 1) >> (extra + 1));
  }
  if (sig == 0) return signBit;
  const n = <i32>clz(sig);
  sig <<= n;
  const e = max(e80, 1) - n - BIAS + (top >> 1);
  // Rounded as if the exponent had no bounds.
  const rest = sig << (64 - extra);
  const up = roundsUp(sign, ((sig >> extra) & 1) != 0, rest);
  const rounded = (sig >> extra) + (up ? 1 : 0);
  const carry = rounded >> (fraction + 1) != 0;
  const final = e + (carry ? 1 : 0);
  if (final >= top) {
    if (!fpMasked(FE_OVERFLOW)) {
      fpRaise(FE_OVERFLOW | (rest != 0 ? FE_INEXACT : 0));
      setRoundedUp(up);
      return 0;
    }
    fpRaise(FE_OVERFLOW | FE_INEXACT);
    const mode = fpRounding();
    const toInfinity = mode == ROUND_NEAREST || (sign ? mode == ROUND_DOWN : mode == ROUND_UP);
    setRoundedUp(toInfinity);
    return signBit | (toInfinity ? infinity : infinity - 1);
  }
  if (final >= 1 && e >= 1) {
    if (rest != 0) {
      fpRaise(FE_INEXACT);
      setRoundedUp(up);
    }
    // The carry out of the fraction goes into the exponent by itself.
    return signBit + ((<u64>(e - 1)) << fraction) + rounded;
  }
  const tiny = final < 1;
  if (tiny && !fpMasked(FE_UNDERFLOW)) {
    fpRaise(FE_UNDERFLOW | (rest != 0 ? FE_INEXACT : 0));
    setRoundedUp(up);
    return 0;
  }
  const shift = extra + 1 - e;
  let small: u64 = 0;
  let tail: u64 = 1;
  if (shift < 64) {
    small = sig >> shift;
    tail = sig << (64 - shift);
  } else if (shift == 64) tail = sig;
  const away = roundsUp(sign, (small & 1) != 0, tail);
  if (tail != 0) {
    fpRaise(tiny ? FE_UNDERFLOW | FE_INEXACT : FE_INEXACT);
    setRoundedUp(away);
  }
  return signBit + small + (away ? 1 : 0);
}

export function to32(sig: u64, signExp: i32): u32 {
  return <u32>narrow(sig, signExp, 23, 0xff);
}

export function to64(sig: u64, signExp: i32): u64 {
  return narrow(sig, signExp, 52, 0x7ff);
}

// ---- to integers ------------------------------------------------------------------------------------------------------------

let fitsMagnitude: bool = false;

/** Magnitude rounded to an integer by the current mode; fitsMagnitude is false where it needs more than 64 bits. */
function integerPart(sig: u64, signExp: i32): u64 {
  const shift = BIAS + 63 - (signExp & EXP_MASK);
  fitsMagnitude = shift >= 0;
  if (shift < 0) return 0;
  let whole = sig;
  let rest: u64 = 0;
  if (shift > 0) {
    whole = shift < 64 ? sig >> shift : 0;
    rest = shift < 64 ? sig << (64 - shift) : shift == 64 ? sig : sig != 0 ? 1 : 0;
  }
  if (rest == 0) return whole;
  fpRaise(FE_INEXACT);
  if (!roundsUp(signExp & SIGN_BIT, (whole & 1) != 0, rest)) return whole;
  setRoundedUp(true);
  return whole + 1;
}

/** To a signed integer of `bits` (16, 32, 64): integer indefinite and IE where it does not fit. */
export function toInt80(sig: u64, signExp: i32, bits: i32): i64 {
  const limit = (<u64>1) << (bits - 1);
  if (!isBad80(sig, signExp) && !isInf80(sig, signExp)) {
    const magnitude = integerPart(sig, signExp);
    const negative = (signExp & SIGN_BIT) != 0;
    if (fitsMagnitude && magnitude < limit + (negative ? 1 : 0)) return negative ? -magnitude : magnitude;
  }
  return invalidInteger(-limit);
}

/** Invalid operation: IE alone. */
function invalidInteger(value: i64): i64 {
  fpSetFlags(FE_INVALID);
  setRoundedUp(false);
  return value;
}

/** Rounded to an integral value by the current mode (FRNDINT). */
export function roundInt80(sig: u64, signExp: i32): u64 {
  if (isDenormal80(sig, signExp)) fpRaise(FE_DENORMAL);
  const sign = signExp & SIGN_BIT;
  if ((signExp & EXP_MASK) >= BIAS + 63 || sig == 0) return give(sig, signExp);
  const whole = integerPart(sig, signExp);
  if (whole == 0) return give(0, sign);
  const n = <i32>clz(whole);
  return give(whole << n, sign | (BIAS + 63 - n));
}

// ---- packed decimal ---------------------------------------------------------------------------------------------------------

const BCD_LIMIT: u64 = 1000000000000000000;
let bcdTop: i32 = 0;

/** Bytes 8 and 9 of the last toBcd80(). */
// @ts-ignore: decorator
@inline export function bcdHigh(): i32 {
  return bcdTop;
}

/** The low 8 bytes of the 18 digits (FBSTP); the others are given by bcdHigh(). */
export function toBcd80(sig: u64, signExp: i32): u64 {
  if (!isBad80(sig, signExp) && !isInf80(sig, signExp)) {
    let magnitude = integerPart(sig, signExp);
    if (fitsMagnitude && magnitude < BCD_LIMIT) {
      let low: u64 = 0;
      for (let k = 0; k < 64; k += 4) {
        low |= (magnitude % 10) << k;
        magnitude /= 10;
      }
      bcdTop = (signExp & SIGN_BIT) | <i32>(magnitude % 10) | ((<i32>(magnitude / 10)) << 4);
      return low;
    }
  }
  bcdTop = 0xffff;
  return invalidInteger(0xc000000000000000);
}

/** FBLD: digits above 9 count as what their bits say. */
export function fromBcd80(low: u64, high: i32): u64 {
  let value = <u64>((high >> 4) & 15) * 10 + (high & 15);
  for (let k = 60; k >= 0; k -= 4) value = value * 10 + ((low >> k) & 15);
  const sig = fromInt80(value);
  const exp = value == 0 ? 0 : BIAS + 63 - <i32>clz(value);
  return give(sig, (high & SIGN_BIT) | exp);
}

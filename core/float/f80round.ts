// Rounding of exact (or sticky) results to the 80-bit format: precision control, overflow and underflow with their masked
// and unmasked responses (Intel SDM vol. 1, 4.9.1.4, 4.9.1.5, 8.5.4, 8.5.5).

import {
  FE_INEXACT,
  FE_OVERFLOW,
  FE_UNDERFLOW,
  ROUND_DOWN,
  ROUND_NEAREST,
  ROUND_UP,
  fpMasked,
  fpRaise,
  fpRounding,
} from "./env";
import { EXP_MASK, INT_BIT, droppedBits, give, setRoundedUp } from "./f80";

/** Exponent adjustment of unmasked overflow and underflow. */
const WRAP: i32 = 0x6000;
const MAX_EXP: i32 = 0x7ffe;

/** Whether a magnitude is rounded up, given the fraction `rest` (of 2^64) of its last kept unit and that unit's oddness. */
// @ts-ignore: decorator
@inline export function roundsUp(sign: i32, odd: bool, rest: u64): bool {
  const mode = fpRounding();
  if (mode == ROUND_NEAREST) return rest > INT_BIT || (rest == INT_BIT && odd);
  if (mode == ROUND_DOWN) return sign != 0 && rest != 0;
  if (mode == ROUND_UP) return sign == 0 && rest != 0;
  return false;
}

/** What lies below the kept bits of (hi:lo), top-aligned and sticky. */
// @ts-ignore: decorator
@inline function below(hi: u64, lo: u64, drop: i32): u64 {
  return drop == 0 ? lo : (hi << (64 - drop)) | (lo != 0 ? 1 : 0);
}

/** (-1)^(sign != 0) * (hi:lo)/2^127 * 2^(exp - bias), rounded. The top bit of hi is set; the lowest bit of lo is sticky. */
export function round80(sign: i32, exp: i32, hi: u64, lo: u64): u64 {
  const drop = droppedBits();
  const rest = below(hi, lo, drop);
  const kept = (hi >> drop) << drop;
  const up = roundsUp(sign, ((hi >> drop) & 1) != 0, rest);
  let sig = kept;
  let e = exp;
  if (up) {
    sig += (<u64>1) << drop;
    if (sig == 0) {
      sig = INT_BIT;
      e++;
    }
  }
  if (<u32>(e - 1) < <u32>MAX_EXP) {
    if (rest != 0) {
      fpRaise(FE_INEXACT);
      setRoundedUp(up);
    }
    return give(sig, sign | e);
  }
  if (e > MAX_EXP) return overflow(sign, e, sig, rest != 0, up);
  return underflow(sign, exp, hi, lo, e, sig, rest != 0, up);
}

function overflow(sign: i32, e: i32, sig: u64, inexact: bool, up: bool): u64 {
  if (!fpMasked(FE_OVERFLOW)) {
    if (e - WRAP <= MAX_EXP) {
      fpRaise(FE_OVERFLOW | (inexact ? FE_INEXACT : 0));
      setRoundedUp(up);
      return give(sig, sign | (e - WRAP));
    }
    // Beyond what the adjustment reaches (FSCALE).
    fpRaise(FE_OVERFLOW | FE_INEXACT);
    setRoundedUp(true);
    return give(INT_BIT, sign | EXP_MASK);
  }
  fpRaise(FE_OVERFLOW | FE_INEXACT);
  const mode = fpRounding();
  const toInfinity = mode == ROUND_NEAREST || (sign ? mode == ROUND_DOWN : mode == ROUND_UP);
  setRoundedUp(toInfinity);
  if (toInfinity) return give(INT_BIT, sign | EXP_MASK);
  const drop = droppedBits();
  return give((~(<u64>0) >> drop) << drop, sign | MAX_EXP);
}

/** `e`, `sig` are the result rounded as if the exponent had no bounds. */
function underflow(sign: i32, exp: i32, hi: u64, lo: u64, e: i32, sig: u64, inexact: bool, up: bool): u64 {
  if (!fpMasked(FE_UNDERFLOW)) {
    if (e + WRAP >= 1) {
      fpRaise(FE_UNDERFLOW | (inexact ? FE_INEXACT : 0));
      setRoundedUp(up);
      return give(sig, sign | (e + WRAP));
    }
    fpRaise(FE_UNDERFLOW | FE_INEXACT);
    return give(0, sign);
  }
  const n = 1 - exp;
  if (n >= 128) {
    lo = 1;
    hi = 0;
  } else if (n >= 64) {
    lo = n == 64 ? hi | (lo != 0 ? 1 : 0) : (hi >> (n - 64)) | ((hi << (128 - n)) | lo ? 1 : 0);
    hi = 0;
  } else {
    lo = (hi << (64 - n)) | (lo >> n) | (lo << (64 - n) ? 1 : 0);
    hi >>= n;
  }
  const drop = droppedBits();
  const rest = below(hi, lo, drop);
  const away = roundsUp(sign, ((hi >> drop) & 1) != 0, rest);
  let small = (hi >> drop) << drop;
  if (away) small += (<u64>1) << drop;
  if (rest != 0) {
    fpRaise(FE_UNDERFLOW | FE_INEXACT);
    setRoundedUp(away);
  }
  return give(small, sign | (<i64>small < 0 ? 1 : 0));
}

/** Same for any (hi:lo) but 0. */
export function normRound80(sign: i32, exp: i32, hi: u64, lo: u64): u64 {
  if (hi == 0) {
    hi = lo;
    lo = 0;
    exp -= 64;
  }
  const n = <i32>clz(hi);
  if (n != 0) {
    hi = (hi << n) | (lo >> (64 - n));
    lo <<= n;
    exp -= n;
  }
  return round80(sign, exp, hi, lo);
}

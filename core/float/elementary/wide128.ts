// 128-bit arithmetic of the elementary functions: fixed-point fractions and floating-point numbers as pairs (hi:lo). A
// floating-point number is (hi:lo)/2^127 * 2^exp with the top bit of hi set. Results are hi, with lo and exp read from
// low() and exponent() right after the call. Errors are a few units in the last of 128 bits.

import { FE_INEXACT, FE_UNDERFLOW, fpRaise } from "../env";
import { BIAS, EXP_MASK, resultSE } from "../f80";
import { normRound80 } from "../f80round";
import { div128, divRemainder, mulHigh64 } from "../wide";

let lo: u64 = 0;
let exp: i32 = 0;

// @ts-ignore: decorator
@inline export function low(): u64 {
  return lo;
}
// @ts-ignore: decorator
@inline export function exponent(): i32 {
  return exp;
}

/** High 128 bits of the 256-bit product. */
export function mul128(ah: u64, al: u64, bh: u64, bl: u64): u64 {
  const first = ah * bh;
  const x = first + mulHigh64(ah, bl);
  const y = x + mulHigh64(al, bh);
  lo = y;
  return mulHigh64(ah, bh) + (x < first ? 1 : 0) + (y < x ? 1 : 0);
}

/** Product of two floating-point numbers. */
export function mulFloat(ah: u64, al: u64, ae: i32, bh: u64, bl: u64, be: i32): u64 {
  const hi = mul128(ah, al, bh, bl);
  exp = ae + be + 1;
  if (<i64>hi < 0) return hi;
  exp--;
  const result = (hi << 1) | (lo >> 63);
  lo <<= 1;
  return result;
}

export function shiftRight(hi: u64, low: u64, n: i32): u64 {
  if (n == 0) {
    lo = low;
    return hi;
  }
  if (n >= 128) {
    lo = 0;
    return 0;
  }
  if (n >= 64) {
    lo = hi >> (n - 64);
    return 0;
  }
  lo = (low >> n) | (hi << (64 - n));
  return hi >> n;
}

/** A non-zero integer (hi:low) * 2^-127 * 2^e made a floating-point number. */
export function normalise(hi: u64, low: u64, e: i32): u64 {
  if (hi == 0) {
    hi = low;
    low = 0;
    e -= 64;
  }
  const n = <i32>clz(hi);
  exp = e - n;
  lo = low << n;
  return n == 0 ? hi : (hi << n) | (low >> (64 - n));
}

let restHigh: u64 = 0;
let restLow: u64 = 0;

/** One 64-bit digit of (n2:n1:n0) / (bh:bl), where (n2:n1) < (bh:bl) and bh has its top bit set. */
function quotientDigit(n2: u64, n1: u64, n0: u64, bh: u64, bl: u64): u64 {
  let q = ~(<u64>0);
  let r = n1 + bh;
  let over = r < bh;
  if (n2 < bh) {
    q = div128(n2, n1, bh);
    r = divRemainder();
    over = false;
  }
  let ph = mulHigh64(q, bl);
  let pl = q * bl;
  while (!over && (ph > r || (ph == r && pl > n0))) {
    q--;
    ph -= pl < bl ? 1 : 0;
    pl -= bl;
    r += bh;
    over = r < bh;
  }
  restLow = n0 - pl;
  restHigh = r - ph - (n0 < pl ? 1 : 0);
  return q;
}

/** Quotient of two floating-point numbers. */
export function divFloat(ah: u64, al: u64, ae: i32, bh: u64, bl: u64, be: i32): u64 {
  exp = ae - be;
  if (ah < bh || (ah == bh && al < bl)) exp--;
  else {
    al = (al >> 1) | (ah << 63);
    ah >>= 1;
  }
  const hi = quotientDigit(ah, al, 0, bh, bl);
  lo = quotientDigit(restHigh, restLow, 0, bh, bl);
  return hi;
}

/** c[0] -+ z (c[1] -+ z (c[2] ...)) of a table of fractions: alternating or all plus. */
export function horner(table: usize, terms: i32, zh: u64, zl: u64, alternating: bool): u64 {
  let at = table + ((<usize>(terms - 1)) << 4);
  let hi = load<u64>(at);
  lo = load<u64>(at + 8);
  while (at != table) {
    at -= 16;
    const ph = mul128(hi, lo, zh, zl);
    const pl = lo;
    const ch = load<u64>(at);
    const cl = load<u64>(at + 8);
    if (alternating) {
      hi = ch - ph - (cl < pl ? 1 : 0);
      lo = cl - pl;
    } else {
      lo = cl + pl;
      hi = ch + ph + (lo < cl ? 1 : 0);
    }
  }
  return hi;
}

/** The floating-point number m * (1 -+ z * horner(table)), a little less (more) than m even where z is 0. */
export function applySeries(
  mh: u64,
  ml: u64,
  me: i32,
  zh: u64,
  zl: u64,
  table: usize,
  terms: i32,
  alternating: bool,
): u64 {
  let wh = horner(table, terms, zh, zl, alternating);
  wh = mul128(wh, lo, zh, zl);
  wh = mul128(wh, lo, mh, ml);
  const wl = lo | 1;
  if (alternating) return normalise(mh - wh - (ml < wl ? 1 : 0), ml - wl, me);
  const sl = ml + wl;
  const carry: u64 = sl < ml ? 1 : 0;
  const sh = mh + wh + carry;
  if (sh < mh || (carry != 0 && sh == mh)) {
    exp = me + 1;
    lo = (sl >> 1) | (sh << 63);
    return (sh >> 1) | 0x8000000000000000;
  }
  exp = me;
  lo = sl;
  return sh;
}

/** Square of a floating-point number below 1, as a fraction of 128 bits. */
export function squareFraction(mh: u64, ml: u64, me: i32): u64 {
  const hi = mul128(mh, ml, mh, ml);
  return shiftRight(hi, lo, -(me + me + 2));
}

/** Rounds a floating-point number that stands for an irrational one: always inexact. */
export function roundIrrational(sign: i32, hi: u64, low: u64, e: i32): u64 {
  return normRound80(sign, e + BIAS, hi, low | 1);
}

/** Rounds one that is exact but counts as inexact, as the hardware has it (FYL2X of powers of two). */
export function roundExact(sign: i32, hi: u64, low: u64, e: i32): u64 {
  fpRaise(FE_INEXACT);
  const sig = normRound80(sign, e + BIAS, hi, low);
  if ((resultSE() & EXP_MASK) == 0) fpRaise(FE_UNDERFLOW);
  return sig;
}

// FYL2X and FYL2XP1: y log2(x). x is multiplied by r/64 of known logarithm to within 1/90 of 1, exactly, then taken through
// the series of log(1+f).

import { FE_DIVZERO, fpRaise } from "../env";
import {
  BIAS,
  EXP_MASK,
  INT_BIT,
  SIGN_BIT,
  give,
  invalid80,
  isBad80,
  isInf80,
  isZero80,
  nanResult80,
  normExponent,
  normalise80,
  noteDenormals80,
} from "../f80";
import { LOG2E_HIGH, LOG2E_LOW, LOG_SERIES, LOG_TABLE } from "./constants";
import { applySeries, exponent, low, mulFloat, normalise, roundExact, roundIrrational, shiftRight } from "./wide128";

const SQRT2: u64 = 0xb504f333f9de6484;

// The last logarithm: sign (0 or SIGN_BIT), magnitude; exact where it is an integer.
let sign: i32 = 0;
let lh: u64 = 0;
let ll: u64 = 0;
let le: i32 = 0;
let isExact: bool = false;

/** log2(1 +- (fh:fl)/2^127 2^fe), f below 1/64, as a float in lh, ll, le; the sign is left to the caller. */
function logNearOne(fh: u64, fl: u64, fe: i32, negative: bool): void {
  const zh = shiftRight(fh, fl, -(fe + 1));
  const hi = applySeries(fh, fl, fe, zh, low(), LOG_SERIES, 19, !negative);
  lh = mulFloat(hi, low(), exponent(), LOG2E_HIGH, LOG2E_LOW, 0);
  ll = low();
  le = exponent();
}

/** log2 of (mh:ml)/2^127 2^e with at most 80 significant bits. */
function log2(mh: u64, ml: u64, e: i32): void {
  isExact = false;
  // To [sqrt(1/2), sqrt(2)), in 120 fraction bits.
  let shift = 7;
  if (mh > SQRT2) {
    e++;
    shift = 8;
  }
  const xh = shiftRight(mh, ml, shift);
  const xl = low();
  const r = <u64>nearest<f64>((64.0 * 72057594037927936.0) / <f64>xh);
  // x r - 64, in 120 fraction bits: 126 of x r/64 - 1.
  let fl = xl * r;
  let fh = xh * r + (((xl >> 32) * r + (((xl & 0xffffffff) * r) >> 32)) >> 32) - 0x4000000000000000;
  const negative = <i64>fh < 0;
  if (negative) {
    fl = -fl;
    fh = ~fh + (fl == 0 ? 1 : 0);
  }
  const none = (fh | fl) == 0;
  if (!none) {
    fh = normalise(fh, fl, 1);
    logNearOne(fh, low(), exponent(), negative);
    if (e == 0 && r == 64) {
      sign = negative ? SIGN_BIT : 0;
      return;
    }
  } else if (r == 64) {
    isExact = true;
    sign = e < 0 ? SIGN_BIT : 0;
    if (e == 0) {
      lh = 0;
      return;
    }
    lh = normalise(<u64>(e < 0 ? -e : e), 0, 63);
    ll = 0;
    le = exponent();
    return;
  }
  // e - log2(r/64) + log2(1+f) in 112 fraction bits, two's complement.
  let sh: u64 = 0,
    sl: u64 = 0;
  if (!none) {
    sh = shiftRight(lh, ll, 15 - le);
    sl = low();
    if (negative) {
      sl = -sl;
      sh = ~sh + (sl == 0 ? 1 : 0);
    }
  }
  const entry = LOG_TABLE + ((<usize>(r - 45)) << 4);
  const tl = load<u64>(entry + 8);
  sh = sh - load<u64>(entry) - (sl < tl ? 1 : 0) + ((<u64>(<i64>e)) << 48);
  sl -= tl;
  sign = 0;
  if (<i64>sh < 0) {
    sign = SIGN_BIT;
    sl = -sl;
    sh = ~sh + (sl == 0 ? 1 : 0);
  }
  lh = normalise(sh, sl, 15);
  ll = low();
  le = exponent();
}

/** The logarithm times y, which is finite. */
function times(y: u64, yse: i32): u64 {
  const s = sign ^ (yse & SIGN_BIT);
  if (y == 0) return give(0, s);
  if (lh == 0) return give(0, yse & SIGN_BIT);
  const m = normalise80(y, yse);
  const hi = mulFloat(lh, ll, le, m, 0, normExponent() - BIAS);
  if (isExact) return roundExact(s, hi, low(), exponent());
  return roundIrrational(s, hi, low(), exponent());
}

/** y log2(x). */
export function log80(x: u64, xse: i32, y: u64, yse: i32): u64 {
  if (isBad80(x, xse) || isBad80(y, yse)) return nanResult80(x, xse, y, yse);
  const ySign = yse & SIGN_BIT;
  if (x == 0) {
    if (isZero80(y, yse)) return invalid80();
    if (!isInf80(y, yse)) fpRaise(FE_DIVZERO);
    return give(INT_BIT, (ySign ^ SIGN_BIT) | EXP_MASK);
  }
  if (xse & SIGN_BIT) return invalid80();
  const one = xse == BIAS && x == INT_BIT;
  if (isInf80(x, xse) ? isZero80(y, yse) : one && isInf80(y, yse)) return invalid80();
  noteDenormals80(x, xse, y, yse);
  if (isInf80(x, xse)) return give(INT_BIT, ySign | EXP_MASK);
  if (isInf80(y, yse)) return give(INT_BIT, (xse < BIAS ? ySign ^ SIGN_BIT : ySign) | EXP_MASK);
  const m = normalise80(x, xse);
  log2(m, 0, normExponent() - BIAS);
  return times(y, yse);
}

/** y log2(x+1). Below -1, where the result is undefined, it is x, as the hardware's. */
export function log1p80(x: u64, xse: i32, y: u64, yse: i32): u64 {
  if (isBad80(x, xse) || isBad80(y, yse)) return nanResult80(x, xse, y, yse);
  const ySign = yse & SIGN_BIT;
  const negative = (xse & SIGN_BIT) != 0;
  if (isInf80(x, xse)) {
    if (negative || isZero80(y, yse)) return invalid80();
    noteDenormals80(x, xse, y, yse);
    return give(INT_BIT, ySign | EXP_MASK);
  }
  if (isInf80(y, yse)) {
    if (x == 0) return invalid80();
    noteDenormals80(x, xse, y, yse);
    return give(INT_BIT, (ySign ^ (xse & SIGN_BIT)) | EXP_MASK);
  }
  noteDenormals80(x, xse, y, yse);
  if (x == 0 || y == 0) return give(0, ySign ^ (xse & SIGN_BIT));
  const m = normalise80(x, xse);
  const e = normExponent() - BIAS;
  if (e >= 0 && negative) return roundExact(SIGN_BIT, m, 0, e);
  isExact = false;
  if (e < -7) {
    logNearOne(m, 0, e, negative);
    sign = negative ? SIGN_BIT : 0;
  } else onePlus(m, e, negative);
  return times(y, yse);
}

/** log2 of 1 +- m/2^63 2^e, e >= -7. */
function onePlus(m: u64, e: i32, negative: bool): void {
  if (e >= 64) {
    // 1 is below half a unit: x itself will do (the logarithm changes by less than 2^-64 / x).
    log2(m, 0, e);
    isExact = false;
    return;
  }
  if (e >= 0) {
    // m + 2^(63-e), shifted right by one on a carry.
    const one = INT_BIT >> e;
    const sum = m + one;
    if (sum < m) log2((sum >> 1) | INT_BIT, sum << 63, e + 1);
    else log2(sum, 0, e);
    return;
  }
  let h = m >> -e;
  let l = m << (64 + e);
  if (negative) {
    l = -l;
    h = INT_BIT - h - (l != 0 ? 1 : 0);
  } else h += INT_BIT;
  const hi = normalise(h, l, 0);
  log2(hi, low(), exponent());
}

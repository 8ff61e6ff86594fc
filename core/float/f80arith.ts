// Addition, subtraction, multiplication, division and square root of 80-bit numbers, exact to the bit with flags.

import { FE_DIVZERO, ROUND_DOWN, fpRaise, fpRounding } from "./env";
import {
  BIAS,
  EXP_MASK,
  INT_BIT,
  SIGN_BIT,
  bothNormal80,
  give,
  invalid80,
  isBad80,
  isInf80,
  isZero80,
  nanResult80,
  normExponent,
  normalise80,
  noteDenormals80,
} from "./f80";
import { normRound80, round80 } from "./f80round";
import { div128, divRemainder, mulHigh64 } from "./wide";

export function add80(a: u64, ase: i32, b: u64, bse: i32): u64 {
  if (bothNormal80(a, ase, b, bse)) return addFinite(a, ase, b, bse);
  if (isBad80(a, ase) || isBad80(b, bse)) return nanResult80(a, ase, b, bse);
  return addSpecial(a, ase, b, bse);
}

export function sub80(a: u64, ase: i32, b: u64, bse: i32): u64 {
  if (bothNormal80(a, ase, b, bse)) return addFinite(a, ase, b, bse ^ SIGN_BIT);
  if (isBad80(a, ase) || isBad80(b, bse)) return nanResult80(a, ase, b, bse);
  return addSpecial(a, ase, b, bse ^ SIGN_BIT);
}

function addSpecial(a: u64, ase: i32, b: u64, bse: i32): u64 {
  if (isInf80(a, ase)) {
    if (isInf80(b, bse) && ase != bse) return invalid80();
    noteDenormals80(a, ase, b, bse);
    return give(a, ase);
  }
  noteDenormals80(a, ase, b, bse);
  if (isInf80(b, bse)) return give(b, bse);
  if ((a | b) == 0) return give(0, ase == bse ? ase : fpRounding() == ROUND_DOWN ? SIGN_BIT : 0);
  return addFinite(a, ase, b, bse);
}

/** Finite operands, at most one of them zero. */
function addFinite(a: u64, ase: i32, b: u64, bse: i32): u64 {
  let ea = max(ase & EXP_MASK, 1);
  let eb = max(bse & EXP_MASK, 1);
  let sign = ase & SIGN_BIT;
  const same = ((ase ^ bse) & SIGN_BIT) == 0;
  if (ea < eb) {
    const s = a;
    a = b;
    b = s;
    const e = ea;
    ea = eb;
    eb = e;
    sign = bse & SIGN_BIT;
  }
  const d = ea - eb;
  let lo: u64 = 0;
  if (d != 0) {
    if (d < 64) {
      lo = b << (64 - d);
      b >>= d;
    } else {
      lo = d == 64 ? b : d < 128 ? (b >> (d - 64)) | (b << (128 - d) ? 1 : 0) : b != 0 ? 1 : 0;
      b = 0;
    }
  }
  if (same) {
    const hi = a + b;
    if (hi < a) return round80(sign, ea + 1, (hi >> 1) | INT_BIT, (hi << 63) | (lo >> 1) | (lo & 1));
    return normRound80(sign, ea, hi, lo);
  }
  if (a < b) return normRound80(sign ^ SIGN_BIT, ea, b - a, 0);
  const hi = a - b - (lo != 0 ? 1 : 0);
  lo = -lo;
  if ((hi | lo) == 0) return give(0, fpRounding() == ROUND_DOWN ? SIGN_BIT : 0);
  return normRound80(sign, ea, hi, lo);
}

export function mul80(a: u64, ase: i32, b: u64, bse: i32): u64 {
  if (bothNormal80(a, ase, b, bse)) {
    return mulFinite((ase ^ bse) & SIGN_BIT, a, ase & EXP_MASK, b, bse & EXP_MASK);
  }
  if (isBad80(a, ase) || isBad80(b, bse)) return nanResult80(a, ase, b, bse);
  const sign = (ase ^ bse) & SIGN_BIT;
  const zero = isZero80(a, ase) || isZero80(b, bse);
  const infinite = isInf80(a, ase) || isInf80(b, bse);
  if (zero && infinite) return invalid80();
  noteDenormals80(a, ase, b, bse);
  if (infinite) return give(INT_BIT, sign | EXP_MASK);
  if (zero) return give(0, sign);
  a = normalise80(a, ase);
  const ea = normExponent();
  b = normalise80(b, bse);
  return mulFinite(sign, a, ea, b, normExponent());
}

function mulFinite(sign: i32, a: u64, ea: i32, b: u64, eb: i32): u64 {
  const hi = mulHigh64(a, b);
  const lo = a * b;
  const e = ea + eb - BIAS;
  if (<i64>hi < 0) return round80(sign, e + 1, hi, lo);
  return round80(sign, e, (hi << 1) | (lo >> 63), lo << 1);
}

export function div80(a: u64, ase: i32, b: u64, bse: i32): u64 {
  if (bothNormal80(a, ase, b, bse)) {
    return divFinite((ase ^ bse) & SIGN_BIT, a, ase & EXP_MASK, b, bse & EXP_MASK);
  }
  if (isBad80(a, ase) || isBad80(b, bse)) return nanResult80(a, ase, b, bse);
  const sign = (ase ^ bse) & SIGN_BIT;
  if (isInf80(a, ase)) {
    if (isInf80(b, bse)) return invalid80();
    noteDenormals80(a, ase, b, bse);
    return give(INT_BIT, sign | EXP_MASK);
  }
  if (isZero80(b, bse)) {
    if (isZero80(a, ase)) return invalid80();
    fpRaise(FE_DIVZERO);
    return give(INT_BIT, sign | EXP_MASK);
  }
  noteDenormals80(a, ase, b, bse);
  if (isInf80(b, bse) || a == 0) return give(0, sign);
  a = normalise80(a, ase);
  const ea = normExponent();
  b = normalise80(b, bse);
  return divFinite(sign, a, ea, b, normExponent());
}

function divFinite(sign: i32, a: u64, ea: i32, b: u64, eb: i32): u64 {
  const e = ea - eb + BIAS;
  const less = a < b;
  const q = less ? div128(a, 0, b) : div128(a >> 1, a << 63, b);
  const r = divRemainder();
  // Half of the divisor is the tie.
  const lo: u64 = r == 0 ? 0 : r > b - r ? INT_BIT | 1 : r == b - r ? INT_BIT : 1;
  return round80(sign, less ? e - 1 : e, q, lo);
}

export function sqrt80(a: u64, ase: i32): u64 {
  if (isBad80(a, ase)) return nanResult80(a, ase, a, ase);
  if (isZero80(a, ase)) return give(a, ase);
  if (ase & SIGN_BIT) return invalid80();
  noteDenormals80(a, ase, a, ase);
  if (isInf80(a, ase)) return give(a, ase);
  const sig = normalise80(a, ase);
  const e = normExponent() - BIAS;
  // The radicand (hi:lo) is in [2^126, 2^128), its root in [2^63, 2^64).
  const even = (e & 1) == 0;
  const hi = even ? sig >> 1 : sig;
  const lo = even ? sig << 63 : 0;
  // 52 bits from the machine's root, the rest from one Newton step on the exact remainder, then corrected.
  let root = <u64>min<f64>(sqrt<f64>(<f64>hi) * 4294967296.0, 18446744073709549568.0);
  const step = <i64>(remainderOf(hi, lo, root) / (2.0 * <f64>root));
  root = step > 0 && root + step < root ? ~(<u64>0) : root + step;
  while (squareExceeds(root, hi, lo)) root--;
  while (!squareExceeds(root + 1, hi, lo) && root + 1 != 0) root++;
  // (hi:lo) - root^2 lies in [0, 2 root]: above root means above the tie, and a tie cannot be.
  const low = lo - root * root;
  const high = hi - mulHigh64(root, root) - (lo < root * root ? 1 : 0);
  const tail: u64 = (high | low) == 0 ? 0 : high != 0 || low > root ? INT_BIT | 1 : 1;
  return round80(0, ((e - (even ? 0 : 1)) >> 1) + BIAS, root, tail);
}

/** (hi:lo) - root^2 as a double. */
function remainderOf(hi: u64, lo: u64, root: u64): f64 {
  const sl = root * root;
  const h = <i64>(hi - mulHigh64(root, root) - (lo < sl ? 1 : 0));
  return <f64>h * 18446744073709551616.0 + <f64>(lo - sl);
}

function squareExceeds(root: u64, hi: u64, lo: u64): bool {
  const sh = mulHigh64(root, root);
  return sh > hi || (sh == hi && root * root > lo);
}

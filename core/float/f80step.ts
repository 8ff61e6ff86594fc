// FPREM, FPREM1, FSCALE, FXTRACT.

import { FE_DIVZERO, fpRaise } from "./env";
import {
  BIAS,
  EXP_MASK,
  INT_BIT,
  SIGN_BIT,
  give,
  giveSecond,
  invalid80,
  isBad80,
  isDenormal80,
  isInf80,
  isZero80,
  nanResult80,
  normExponent,
  normalise80,
  noteDenormals80,
  resultSE,
} from "./f80";
import { fromInt80 } from "./f80convert";
import { normRound80, round80 } from "./f80round";

let quotientBits: i32 = 0;
let partial: bool = false;

/** Low bits of the quotient of the last remainder80(). */
// @ts-ignore: decorator
@inline export function remQuotient(): i32 {
  return quotientBits;
}

/** The last remainder80() has to be repeated (C2). */
// @ts-ignore: decorator
@inline export function remPartial(): bool {
  return partial;
}

/** a rem b: truncating (FPREM), or `nearest` (FPREM1, IEEE 754 remainder). A quotient of 64 bits and more is reduced by
 *  32 to 63 of them: the host's choice, 32 + exponent difference mod 32. */
export function remainder80(a: u64, ase: i32, b: u64, bse: i32, nearest: bool): u64 {
  quotientBits = 0;
  partial = false;
  if (isBad80(a, ase) || isBad80(b, bse)) return nanResult80(a, ase, b, bse);
  if (isInf80(a, ase) || isZero80(b, bse)) return invalid80();
  noteDenormals80(a, ase, b, bse);
  if (isInf80(b, bse) || isZero80(a, ase)) return exact(a, ase);
  let sign = ase & SIGN_BIT;
  const sa = normalise80(a, ase);
  const ea = normExponent();
  const sb = normalise80(b, bse);
  const eb = normExponent();
  const d = ea - eb;
  if (d < -1 || (d < 0 && !nearest)) return exact(a, ase);
  let steps = d;
  let exp = eb;
  if (d >= 64) {
    steps = (d & 31) | 32;
    exp = ea - steps;
    partial = true;
  }
  let r = sa;
  let q: u64 = 0;
  // `over`: the remainder has a 65th bit.
  let over = false;
  if (d >= 0) {
    for (let k = steps; ; k--) {
      q <<= 1;
      if (over || r >= sb) {
        r -= sb;
        q |= 1;
      }
      if (k == 0) break;
      over = <i64>r < 0;
      r <<= 1;
    }
    // A partial step subtracts at exponent difference `steps` only: the quotient is not reported.
  }
  if (!partial) {
    if (nearest) {
      // d = -1: a is in [b/2, b) times 2 or less than half of b; r is kept in units of b's last place times 1/2.
      const twice = d < 0 ? sa > sb : r > sb - r;
      const tie = d < 0 ? sa == sb : r == sb - r && r != 0;
      if (twice || (tie && (q & 1) != 0)) {
        q++;
        sign ^= SIGN_BIT;
        if (d < 0) {
          // b - a/2 in units of half a place: 2 sb - sa.
          const lo = sb - (sa - sb);
          quotientBits = <i32>q & 7;
          return finish(sign, eb - 1, lo);
        }
        r = sb - r;
      } else if (d < 0) return exact(a, ase);
    }
    quotientBits = <i32>q & 7;
  }
  if (r == 0) return give(0, ase & SIGN_BIT);
  return finish(sign, exp, r);
}

/** The operand itself is the result: denormals may still underflow. */
function exact(a: u64, ase: i32): u64 {
  if (!isDenormal80(a, ase)) return give(a, ase);
  return normRound80(ase & SIGN_BIT, 1, a, 0);
}

function finish(sign: i32, exp: i32, sig: u64): u64 {
  return normRound80(sign, exp, sig, 0);
}

/** a * 2^trunc(b). */
export function scale80(a: u64, ase: i32, b: u64, bse: i32): u64 {
  if (isBad80(a, ase) || isBad80(b, bse)) return nanResult80(a, ase, b, bse);
  const negative = (bse & SIGN_BIT) != 0;
  if (isInf80(b, bse)) {
    if (negative ? isInf80(a, ase) : isZero80(a, ase)) return invalid80();
    noteDenormals80(a, ase, b, bse);
    if (negative) return give(0, ase & SIGN_BIT);
    return give(INT_BIT, (ase & SIGN_BIT) | EXP_MASK);
  }
  noteDenormals80(a, ase, b, bse);
  if (isInf80(a, ase) || isZero80(a, ase)) return give(a, ase);
  const eb = bse & EXP_MASK;
  let n = 0;
  if (eb >= BIAS) n = eb > BIAS + 16 ? 0x20000 : <i32>(b >> (BIAS + 63 - eb));
  const sig = normalise80(a, ase);
  return round80(ase & SIGN_BIT, normExponent() + (negative ? -n : n), sig, 0);
}

/** FXTRACT: gives the significand as result, the exponent as second result. */
export function extract80(a: u64, ase: i32): u64 {
  if (isBad80(a, ase)) {
    const sig = nanResult80(a, ase, a, ase);
    giveSecond(sig, resultSE());
    return sig;
  }
  if (isInf80(a, ase)) {
    giveSecond(INT_BIT, EXP_MASK);
    return give(a, ase);
  }
  if (a == 0) {
    fpRaise(FE_DIVZERO);
    giveSecond(INT_BIT, SIGN_BIT | EXP_MASK);
    return give(a, ase);
  }
  noteDenormals80(a, ase, a, ase);
  const sig = normalise80(a, ase);
  const power = fromInt80(normExponent() - BIAS);
  giveSecond(power, resultSE());
  return give(sig, (ase & SIGN_BIT) | BIAS);
}

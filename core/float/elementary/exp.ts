// F2XM1: 2^x - 1 for x in [-1, 1]. x is taken to within 1/64 of a multiple of 1/32, then through the series of e^t - 1.

import {
  BIAS,
  INT_BIT,
  SIGN_BIT,
  give,
  isBad80,
  isInf80,
  nanResult80,
  normExponent,
  normalise80,
  noteDenormals80,
} from "../f80";
import { EXP_SERIES, EXP_TABLE, LN2_HIGH, LN2_LOW } from "./constants";
import {
  applySeries,
  exponent,
  low,
  mul128,
  mulFloat,
  normalise,
  roundExact,
  roundIrrational,
  shiftRight,
} from "./wide128";

/** e^t - 1 for t = +-(mh:ml)/2^127 2^e ln 2, as a float of the same sign. */
function expm1(mh: u64, ml: u64, e: i32, negative: bool): u64 {
  const th = mulFloat(mh, ml, e, LN2_HIGH, LN2_LOW, -1);
  const tl = low();
  const te = exponent();
  const zh = shiftRight(th, tl, -(te + 1));
  return applySeries(th, tl, te, zh, low(), EXP_SERIES, 15, negative);
}

export function exp2m1(x: u64, xse: i32): u64 {
  if (isBad80(x, xse)) return nanResult80(x, xse, x, xse);
  const sign = xse & SIGN_BIT;
  if (isInf80(x, xse)) return sign ? give(INT_BIT, SIGN_BIT | BIAS) : give(x, xse);
  if (x == 0) return give(x, xse);
  noteDenormals80(x, xse, x, xse);
  const m = normalise80(x, xse);
  const e = normExponent() - BIAS;
  // 2^1 - 1 = 1 and 2^-1 - 1 = -1/2; beyond, where the result is undefined, x itself, as the hardware's.
  if (e >= 0) return roundExact(sign, m, 0, e == 0 && m == INT_BIT && sign ? -1 : e);
  const negative = sign != 0;
  if (e < -7) {
    const hi = expm1(m, 0, e, negative);
    return roundIrrational(sign, hi, low(), exponent());
  }
  // x in 126 fraction bits; k/32 nearest to it.
  const xh = m >> (1 - e);
  const xl = m << (63 + e);
  const k = (xh + ((<u64>1) << 56)) >> 57;
  let rh = xh - (k << 57);
  let rl = xl;
  const under = <i64>rh < 0;
  if (under) {
    rl = -rl;
    rh = ~rh + (rl == 0 ? 1 : 0);
  }
  const entry = EXP_TABLE + ((<usize>(negative ? 32 - k : 32 + k)) << 4);
  let th = load<u64>(entry);
  let tl = load<u64>(entry + 8);
  if ((rh | rl) != 0) {
    const minus = under != negative;
    const nh = normalise(rh, rl, 1);
    let eh = expm1(nh, low(), exponent(), minus);
    let el = low();
    const ee = exponent();
    if (k == 0) return roundIrrational(sign, eh, el, ee);
    // T e: both in the units of T (126 bits) after the product.
    eh = mul128(th, tl, eh, el);
    eh = shiftRight(eh, low(), -(ee + 1));
    el = low();
    if (minus) {
      th = th - eh - (tl < el ? 1 : 0);
      tl -= el;
    } else {
      tl += el;
      th = th + eh + (tl < el ? 1 : 0);
    }
  }
  th -= 0x4000000000000000;
  if (negative) {
    tl = -tl;
    th = ~th + (tl == 0 ? 1 : 0);
  }
  const hi = normalise(th, tl, 1);
  return roundIrrational(sign, hi, low(), exponent());
}

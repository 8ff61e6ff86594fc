// FPATAN: the angle of the vector (x, y). The ratio of the smaller to the larger coordinate is taken near a multiple of
// 1/32 of known arctangent, with one division in 128 bits, then through the series.

import { SIGN_BIT, give, isBad80, isInf80, nanResult80, normExponent, normalise80, noteDenormals80 } from "../f80";
import { ATAN_SERIES, ATAN_TABLE, PI_HIGH, PI_LOW } from "./constants";
import {
  applySeries,
  divFloat,
  exponent,
  low,
  normalise,
  roundIrrational,
  shiftRight,
  squareFraction,
} from "./wide128";

/** n/4 of pi. */
function quarters(sign: i32, n: u64): u64 {
  const al = (PI_LOW >> 2) | (PI_HIGH << 62);
  const hi = normalise((PI_HIGH >> 2) * n + mulSmallHigh(al, n), al * n, 2);
  return roundIrrational(sign, hi, low(), exponent());
}

/** Angle of the point (x, y), rounded: what FPATAN gives for ST(0) = x, ST(1) = y. */
export function atan80(y: u64, yse: i32, x: u64, xse: i32): u64 {
  if (isBad80(y, yse) || isBad80(x, xse)) return nanResult80(y, yse, x, xse);
  noteDenormals80(y, yse, x, xse);
  const sign = yse & SIGN_BIT;
  const left = (xse & SIGN_BIT) != 0;
  if (isInf80(y, yse)) return quarters(sign, isInf80(x, xse) ? (left ? 3 : 1) : 2);
  if (isInf80(x, xse) || y == 0) return left ? quarters(sign, 4) : give(0, sign);
  if (x == 0) return quarters(sign, 2);
  return angle(sign, y, yse, x, xse, left);
}

/** Both finite and not zero. */
function angle(sign: i32, y: u64, yse: i32, x: u64, xse: i32, left: bool): u64 {
  let n = normalise80(y, yse);
  let ne = normExponent();
  let d = normalise80(x, xse);
  let de = normExponent();
  const steep = ne > de || (ne == de && n > d);
  if (steep) {
    const s = n;
    n = d;
    d = s;
    const e = ne;
    ne = de;
    de = e;
  }
  const shift = de - ne;
  let k: u64 = 0;
  let uh: u64 = 0,
    ul: u64 = 0;
  let ue: i32 = 0;
  let below = false;
  let none = false;
  if (shift <= 6) k = <u64>nearest<f64>(((<f64>n / <f64>d) * 32.0) / <f64>(1 << shift));
  if (k == 0) {
    uh = divFloat(n, 0, 0, d, 0, shift);
    ul = low();
    ue = exponent();
    if (!steep && !left) {
      // The angle is as small as the ratio: relative precision counts. A power of two as x makes the ratio exact.
      const zh = ue < -63 ? 0 : squareFraction(uh, ul, ue);
      const hi = applySeries(uh, ul, ue, zh, ue < -63 ? 0 : low(), ATAN_SERIES, 11, true);
      return roundIrrational(sign, hi, low(), exponent());
    }
  } else {
    // (n/d - k/32) / (1 + n/d k/32), everything times 32 d 2^shift: integers below 2^77.
    const dh = shift == 0 ? 0 : d >> (64 - shift);
    const dl = d << shift;
    const ah = n >> 59,
      al = n << 5;
    const bl = dl * k;
    const bh = dh * k + mulSmallHigh(dl, k);
    below = ah < bh || (ah == bh && al < bl);
    let th = ah - bh - (al < bl ? 1 : 0);
    let tl = al - bl;
    if (below) {
      tl = -tl;
      th = ~th + (tl == 0 ? 1 : 0);
    }
    none = (th | tl) == 0;
    if (!none) {
      const fl = dl << 5;
      const fh = (dh << 5) | (dl >> 59);
      const gl = fl + n * k;
      const gh = fh + mulSmallHigh(n, k) + (gl < fl ? 1 : 0);
      th = normalise(th, tl, 0);
      tl = low();
      const te = exponent();
      const ghn = normalise(gh, gl, 0);
      const gln = low();
      uh = divFloat(th, tl, te, ghn, gln, exponent());
      ul = low();
      ue = exponent();
    }
  }
  // The sum in 125 fraction bits.
  let fh: u64 = 0,
    fl: u64 = 0;
  if (!none) {
    const zh = ue < -63 ? 0 : squareFraction(uh, ul, ue);
    uh = applySeries(uh, ul, ue, zh, ue < -63 ? 0 : low(), ATAN_SERIES, 11, true);
    fh = shiftRight(uh, low(), 2 - exponent());
    fl = low();
  }
  const entry = ATAN_TABLE + ((<usize>k) << 4);
  const ah = load<u64>(entry);
  const al = load<u64>(entry + 8);
  let rh: u64, rl: u64;
  if (below) {
    rl = al - fl;
    rh = ah - fh - (al < fl ? 1 : 0);
  } else {
    rl = al + fl;
    rh = ah + fh + (rl < al ? 1 : 0);
  }
  if (steep) {
    const hl = (PI_LOW >> 1) | (PI_HIGH << 63);
    const hh = PI_HIGH >> 1;
    rh = hh - rh - (hl < rl ? 1 : 0);
    rl = hl - rl;
  }
  if (left) {
    rh = PI_HIGH - rh - (PI_LOW < rl ? 1 : 0);
    rl = PI_LOW - rl;
  }
  const hi = normalise(rh, rl, 2);
  return roundIrrational(sign, hi, low(), exponent());
}

/** High half of a * k for k < 2^32. */
// @ts-ignore: decorator
@inline function mulSmallHigh(a: u64, k: u64): u64 {
  return ((a >> 32) * k + (((a & 0xffffffff) * k) >> 32)) >> 32;
}

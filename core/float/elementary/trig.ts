// FSIN, FCOS, FSINCOS, FPTAN. Arguments are reduced by the 66-bit pi of the hardware (Intel SDM vol. 1, 8.3.8), which is
// exact in integers, then taken through Taylor series in 128 bits.

import { FE_DENORMAL, fpRaise } from "../env";
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
  nanResult80,
  normExponent,
  normalise80,
  resultSE,
} from "../f80";
import { COS_SERIES, SIN_SERIES } from "./constants";
import {
  applySeries,
  divFloat,
  exponent,
  horner,
  low,
  mul128,
  normalise,
  roundIrrational,
  squareFraction,
} from "./wide128";

/** pi/2 * 2^65, of 66 bits. */
const HALF_PI_HIGH: u64 = 3;
const HALF_PI_LOW: u64 = 0x243f6a8885a308d3;
/** The largest significand below pi/4 (at exponent -1). */
const QUARTER_PI: u64 = 0xc90fdaa22168c234;

// The reduced argument: magnitude, sign, quadrant.
let rh: u64 = 0;
let rl: u64 = 0;
let re: i32 = 0;
let negative: i32 = 0;
let quadrant: i32 = 0;

/** Reduces sig * 2^(e-63), e < 63, to [0, pi/4] with sign and quadrant. */
function reduce(sig: u64, e: i32): void {
  negative = 0;
  quadrant = 0;
  if (e < -1 || (e == -1 && sig <= QUARTER_PI)) {
    rh = sig;
    rl = 0;
    re = e;
    return;
  }
  // The argument in units of 2^-65, then its remainder by pi/2.
  const n = e + 2;
  let xh = n == 64 ? sig : sig >> (64 - n);
  let xl = n == 64 ? 0 : sig << n;
  for (let k = e; k >= 0; k--) {
    quadrant <<= 1;
    const ph = k == 0 ? HALF_PI_HIGH : (HALF_PI_HIGH << k) | (HALF_PI_LOW >> (64 - k));
    const pl = HALF_PI_LOW << k;
    if (xh > ph || (xh == ph && xl >= pl)) {
      xh = xh - ph - (xl < pl ? 1 : 0);
      xl -= pl;
      quadrant |= 1;
    }
  }
  const th = HALF_PI_HIGH - xh - (HALF_PI_LOW < xl ? 1 : 0);
  const tl = HALF_PI_LOW - xl;
  if (xh > th || (xh == th && xl > tl)) {
    xh = th;
    xl = tl;
    quadrant++;
    negative = 1;
  }
  rh = normalise(xh, xl, 62);
  rl = low();
  re = exponent();
}

// Sine and cosine of the reduced argument's magnitude.
let sh: u64 = 0,
  sl: u64 = 0,
  ch: u64 = 0,
  cl: u64 = 0;
let sx: i32 = 0,
  cx: i32 = 0;

function kernels(): void {
  const zh = squareFraction(rh, rl, re);
  const zl = low();
  sh = applySeries(rh, rl, re, zh, zl, SIN_SERIES, 16, true);
  sl = low();
  sx = exponent();
  let wh = horner(COS_SERIES, 17, zh, zl, true);
  wh = mul128(wh, low(), zh, zl);
  const wl = low() | 1;
  cl = -wl;
  ch = ~wh;
  cx = -1;
}

function roundSine(turn: i32, sign: i32): u64 {
  const q = quadrant + turn;
  if (q & 2) sign ^= SIGN_BIT;
  if (q & 1) return roundIrrational(sign, ch, cl, cx);
  return roundIrrational(negative ? sign ^ SIGN_BIT : sign, sh, sl, sx);
}

let last: u64 = 0;

/** NaNs and infinities: the result, the same for all functions, is in `last` and the second result. */
function special(sig: u64, signExp: i32): bool {
  if (isBad80(sig, signExp)) {
    const r = nanResult80(sig, signExp, sig, signExp);
    giveSecond(r, resultSE());
    last = r;
    return true;
  }
  if (isInf80(sig, signExp)) {
    last = invalid80();
    giveSecond(last, resultSE());
    return true;
  }
  return false;
}

/** Magnitudes of 2^63 and more are left alone (C2). */
export function outOfRange80(sig: u64, signExp: i32): bool {
  const e = signExp & EXP_MASK;
  return e >= BIAS + 63 && e < EXP_MASK && <i64>sig < 0;
}

function prepare(sig: u64, signExp: i32): void {
  if (isDenormal80(sig, signExp)) fpRaise(FE_DENORMAL);
  const m = normalise80(sig, signExp);
  reduce(m, normExponent() - BIAS);
  kernels();
}

export function sin80(sig: u64, signExp: i32): u64 {
  if (special(sig, signExp)) return last;
  if (sig == 0) return give(sig, signExp);
  prepare(sig, signExp);
  return roundSine(0, signExp & SIGN_BIT);
}

export function cos80(sig: u64, signExp: i32): u64 {
  if (special(sig, signExp)) return last;
  if (sig == 0) return give(INT_BIT, BIAS);
  prepare(sig, signExp);
  return roundSine(1, 0);
}

/** Gives the cosine, and the sine as second result. */
export function sincos80(sig: u64, signExp: i32): u64 {
  if (special(sig, signExp)) return last;
  if (sig == 0) {
    giveSecond(sig, signExp);
    return give(INT_BIT, BIAS);
  }
  prepare(sig, signExp);
  const sine = roundSine(0, signExp & SIGN_BIT);
  giveSecond(sine, resultSE());
  return roundSine(1, 0);
}

export function tan80(sig: u64, signExp: i32): u64 {
  if (special(sig, signExp)) return last;
  if (sig == 0) return give(sig, signExp);
  prepare(sig, signExp);
  let sign = signExp & SIGN_BIT;
  if (negative) sign ^= SIGN_BIT;
  if (quadrant & 1) {
    const q = divFloat(ch, cl, cx, sh, sl, sx);
    return roundIrrational(sign ^ SIGN_BIT, q, low(), exponent());
  }
  // The tangent of a tiny argument is above it by less than the series can tell.
  if (re < -60) return roundIrrational(sign, rh, rl, re);
  const q = divFloat(sh, sl, sx, ch, cl, cx);
  return roundIrrational(sign, q, low(), exponent());
}

// binary64 arithmetic on bit patterns with every exception flag, rounding mode, DAZ and FTZ (env.ts), and with the
// guest's rules for NaNs (fpRules).

import {
  FE_DENORMAL,
  FE_DIVZERO,
  FE_INVALID,
  NAN_DEFAULT,
  NAN_SIGNALLING_FIRST,
  ROUND_DOWN,
  fpDaz,
  fpDefaultNegative,
  fpNans,
  fpRaise,
  fpRounding,
} from "./env";
import { normRound64, round64, shiftRightJam64 } from "./round";

export const SIGN64: u64 = 0x8000000000000000;
export const INF64: u64 = 0x7ff0000000000000;
export const QUIET64: u64 = 0x0008000000000000;
const NAN64: u64 = 0x7ff8000000000000;
const FRAC64: u64 = 0x000fffffffffffff;
const HIDDEN64: u64 = 0x0010000000000000;

// @ts-ignore: decorator
@inline export function isNan64(x: u64): bool {
  return x << 1 > 0xffe0000000000000;
}

// @ts-ignore: decorator
@inline export function isSnan64(x: u64): bool {
  return isNan64(x) && (x & QUIET64) == 0;
}

// @ts-ignore: decorator
@inline export function isDenormal64(x: u64): bool {
  return (x << 1) - 1 < FRAC64 << 1;
}

/** The operand as DAZ makes it. */
// @ts-ignore: decorator
@inline export function daz64(x: u64): u64 {
  return fpDaz() && (x & INF64) == 0 ? x & SIGN64 : x;
}

/** The NaN result of an operation of which at least one operand is a NaN. */
export function nan64(a: u64, b: u64): u64 {
  if (isSnan64(a) || isSnan64(b)) fpRaise(FE_INVALID);
  const rule = fpNans();
  if (rule == NAN_DEFAULT) return defaultNan64();
  const second = rule == NAN_SIGNALLING_FIRST && isSnan64(b) && !isSnan64(a);
  return (isNan64(a) && !second ? a : b) | QUIET64;
}

/** What invalid operations give. */
export function defaultNan64(): u64 {
  return fpDefaultNegative() ? SIGN64 | NAN64 : NAN64;
}

export function invalid64(): u64 {
  fpRaise(FE_INVALID);
  return defaultNan64();
}

// @ts-ignore: decorator
@inline function noteDenormals(a: u64, b: u64): void {
  if (isDenormal64(a) || isDenormal64(b)) fpRaise(FE_DENORMAL);
}

// @ts-ignore: decorator
@inline export function exponent(x: u64): i32 {
  return <i32>(x >> 52) & 0x7ff;
}

export function add64(a: u64, b: u64): u64 {
  if (isNan64(a) || isNan64(b)) return nan64(a, b);
  a = daz64(a);
  b = daz64(b);
  noteDenormals(a, b);
  let ea = exponent(a);
  let eb = exponent(b);
  const differ = (a ^ b) >> 63 != 0;
  if (ea == 0x7ff) return eb == 0x7ff && differ ? invalid64() : a;
  if (eb == 0x7ff) return b;
  if ((a | b) << 1 == 0) return differ ? (fpRounding() == ROUND_DOWN ? SIGN64 : 0) : a;
  let sa = (a & FRAC64) << 10;
  let sb = (b & FRAC64) << 10;
  if (ea) sa |= HIDDEN64 << 10;
  else ea = 1;
  if (eb) sb |= HIDDEN64 << 10;
  else eb = 1;
  if (ea < eb) sa = shiftRightJam64(sa, eb - ea);
  else sb = shiftRightJam64(sb, ea - eb);
  const exp = max(ea, eb);
  if (!differ) return normRound64(a >> 63 != 0, exp, sa + sb);
  if (sa == sb) return fpRounding() == ROUND_DOWN ? SIGN64 : 0;
  return sa > sb ? normRound64(a >> 63 != 0, exp, sa - sb) : normRound64(b >> 63 != 0, exp, sb - sa);
}

export function sub64(a: u64, b: u64): u64 {
  if (isNan64(a) || isNan64(b)) return nan64(a, b);
  return add64(a, b ^ SIGN64);
}

/** Significand with its top bit at bit 52, and the biased exponent (below 1 for denormals) in `normExp`. */
let normExp: i32 = 0;
export function normalise(x: u64): u64 {
  const e = exponent(x);
  const frac = x & FRAC64;
  if (e) {
    normExp = e;
    return frac | HIDDEN64;
  }
  const n = <i32>clz(frac) - 11;
  normExp = 1 - n;
  return frac << n;
}

/** normExp of the last one. */
// @ts-ignore: decorator
@inline export function normalisedExponent(): i32 {
  return normExp;
}

export function mul64(a: u64, b: u64): u64 {
  if (isNan64(a) || isNan64(b)) return nan64(a, b);
  a = daz64(a);
  b = daz64(b);
  const sign = (a ^ b) & SIGN64;
  const zero = a << 1 == 0 || b << 1 == 0;
  if (exponent(a) == 0x7ff || exponent(b) == 0x7ff) {
    if (zero) return invalid64();
    noteDenormals(a, b);
    return sign | INF64;
  }
  noteDenormals(a, b);
  if (zero) return sign;
  const sa = normalise(a) << 10;
  const ea = normExp;
  const sb = normalise(b) << 11;
  const eb = normExp;
  // 128-bit product, of which the high half has its top bit at 61 or 62.
  const al = sa & 0xffffffff,
    ah = sa >> 32,
    bl = sb & 0xffffffff,
    bh = sb >> 32;
  const ll = al * bl,
    lh = al * bh,
    hl = ah * bl;
  const mid = (ll >> 32) + (lh & 0xffffffff) + (hl & 0xffffffff);
  const hi = ah * bh + (lh >> 32) + (hl >> 32) + (mid >> 32);
  const lo = (mid << 32) | (ll & 0xffffffff);
  return normRound64(sign != 0, ea + eb - 1022, hi | (lo != 0 ? 1 : 0));
}

export function div64(a: u64, b: u64): u64 {
  if (isNan64(a) || isNan64(b)) return nan64(a, b);
  a = daz64(a);
  b = daz64(b);
  const sign = (a ^ b) & SIGN64;
  const infA = exponent(a) == 0x7ff;
  const infB = exponent(b) == 0x7ff;
  const zeroB = b << 1 == 0;
  if ((infA && infB) || (zeroB && a << 1 == 0)) return invalid64();
  if (zeroB && !infA) {
    fpRaise(FE_DIVZERO);
    return sign | INF64;
  }
  noteDenormals(a, b);
  if (infA) return sign | INF64;
  if (infB || a << 1 == 0) return sign;
  const sa = normalise(a);
  const ea = normExp;
  const sb = normalise(b);
  const eb = normExp;
  // The machine's own quotient of the significands, and the sign of what it leaves: |remainder| <= sb/2.
  const q = reinterpret<u64>(
    reinterpret<f64>((sa & FRAC64) | 0x3ff0000000000000) / reinterpret<f64>((sb & FRAC64) | 0x3ff0000000000000),
  );
  const below = 0x3ff - exponent(q);
  const sq = (q & FRAC64) | HIDDEN64;
  const rest = <i64>((sa << (52 + below)) - sq * sb);
  return round64(sign != 0, ea - eb + 1023 - below, sticky(sq << 10, rest));
}

/** A significand made to say on which side of it the exact value lies. */
// @ts-ignore: decorator
@inline function sticky(sig: u64, rest: i64): u64 {
  return rest == 0 ? sig : rest > 0 ? sig | 1 : sig - 1;
}

export function sqrt64(a: u64): u64 {
  if (isNan64(a)) return nan64(a, a);
  a = daz64(a);
  if (a << 1 == 0) return a;
  if (a >> 63) return invalid64();
  noteDenormals(a, a);
  if (a == INF64) return a;
  const sa = normalise(a);
  const e = normExp - 1023;
  const odd = e & 1;
  const root = reinterpret<u64>(sqrt<f64>(reinterpret<f64>((sa & FRAC64) | ((<u64>(0x3ff + odd)) << 52))));
  const sr = (root & FRAC64) | HIDDEN64;
  const rest = <i64>((sa << (52 + odd)) - sr * sr);
  return round64(false, ((e - odd) >> 1) + 1023, sticky(sr << 10, rest));
}

// Rounding of an exact (or sticky) result to binary16, binary32 and binary64, with the exceptions overflow, underflow and inexact.
// Whether a result is tiny before or after rounding is the guest's choice (fpRules).

import {
  FE_INEXACT,
  FE_OVERFLOW,
  FE_UNDERFLOW,
  ROUND_DOWN,
  ROUND_NEAREST,
  ROUND_NEAREST_AWAY,
  ROUND_UP,
  fpFtz,
  fpMasked,
  fpRaise,
  fpRounding,
  fpTinyBefore,
} from "./env";

/** x >> n with the bits shifted out ORed into the lowest bit; n >= 0. */
// @ts-ignore: decorator
@inline export function shiftRightJam64(x: u64, n: i32): u64 {
  if (n == 0) return x;
  if (n > 63) return x != 0 ? 1 : 0;
  return (x >> n) | (x << (64 - n) != 0 ? 1 : 0);
}

/** What the mode adds below the last kept bit, for `extra` bits to drop. */
// @ts-ignore: decorator
@inline function increment(sign: bool, extra: i32): u64 {
  const mode = fpRounding();
  if (mode == ROUND_NEAREST) return (<u64>1) << (extra - 1);
  if (mode == ROUND_DOWN) return sign ? ((<u64>1) << extra) - 1 : 0;
  if (mode == ROUND_UP) return sign ? 0 : ((<u64>1) << extra) - 1;
  if (mode == ROUND_NEAREST_AWAY) return (<u64>1) << (extra - 1);
  return 0;
}

// @ts-ignore: decorator
@inline function roundOff(sig: u64, inc: u64, extra: i32): u64 {
  const rounded = (sig + inc) >> extra;
  const dropped = sig & (((<u64>1) << extra) - 1);
  return fpRounding() == ROUND_NEAREST && dropped == (<u64>1) << (extra - 1) ? rounded & ~1 : rounded;
}

// @ts-ignore: decorator
@inline function pack(sign: bool, exp: i32, sig: u64, fraction: i32, maxExp: i32): u64 {
  const extra = 62 - fraction;
  const hidden = (<u64>1) << fraction;
  const top = (<u64>(sign ? maxExp + 1 : 0)) << fraction;
  const inc = increment(sign, extra);
  const dropMask = ((<u64>1) << extra) - 1;
  let rounded = roundOff(sig, inc, extra);
  if (exp >= 1) {
    const inexact = (sig & dropMask) != 0;
    if (rounded == hidden << 1) {
      rounded = hidden;
      exp++;
    }
    if (exp >= maxExp) {
      fpRaise(FE_OVERFLOW | (inexact || fpMasked(FE_OVERFLOW) ? FE_INEXACT : 0));
      // Infinity, or the largest number where the mode rounds towards zero.
      return top | (((<u64>maxExp) << fraction) - (inc == 0 ? 1 : 0));
    }
    if (inexact) fpRaise(FE_INEXACT);
    return top | ((<u64>exp) << fraction) | (rounded & (hidden - 1));
  }
  const tiny = exp < 0 || fpTinyBefore() || rounded != hidden << 1;
  if (tiny && !fpMasked(FE_UNDERFLOW)) {
    // The handler gets the result rounded as if the exponent had no bounds: inexact refers to that one.
    fpRaise(FE_UNDERFLOW | (sig & dropMask ? FE_INEXACT : 0));
    return top;
  }
  if (tiny && fpFtz()) {
    fpRaise(FE_UNDERFLOW | FE_INEXACT);
    return top;
  }
  const small = shiftRightJam64(sig, 1 - exp);
  const inexact = (small & dropMask) != 0;
  if (inexact) fpRaise(tiny ? FE_UNDERFLOW | FE_INEXACT : FE_INEXACT);
  // A carry into the hidden bit's place makes the exponent 1 by itself.
  return top + roundOff(small, inc, extra);
}

/** Bits of (-1)^sign * sig/2^62 * 2^(exp-1023), 2^62 <= sig < 2^63, lowest bit sticky. */
export function round64(sign: bool, exp: i32, sig: u64): u64 {
  return pack(sign, exp, sig, 52, 0x7ff);
}

/** Bits of (-1)^sign * sig/2^62 * 2^(exp-127), 2^62 <= sig < 2^63, lowest bit sticky. */
export function round32(sign: bool, exp: i32, sig: u64): u32 {
  return <u32>pack(sign, exp, sig, 23, 0xff);
}

/** Bits of (-1)^sign * sig/2^62 * 2^(exp-15), 2^62 <= sig < 2^63, lowest bit sticky. */
export function round16(sign: bool, exp: i32, sig: u64): u32 {
  return <u32>pack(sign, exp, sig, 10, 0x1f);
}

/** Same for any sig but 0. */
export function normRound64(sign: bool, exp: i32, sig: u64): u64 {
  const n = <i32>clz(sig) - 1;
  return n < 0 ? round64(sign, exp + 1, (sig >> 1) | (sig & 1)) : round64(sign, exp - n, sig << n);
}

export function normRound32(sign: bool, exp: i32, sig: u64): u32 {
  const n = <i32>clz(sig) - 1;
  return n < 0 ? round32(sign, exp + 1, (sig >> 1) | (sig & 1)) : round32(sign, exp - n, sig << n);
}

export function normRound16(sign: bool, exp: i32, sig: u64): u32 {
  const n = <i32>clz(sig) - 1;
  return n < 0 ? round16(sign, exp + 1, (sig >> 1) | (sig & 1)) : round16(sign, exp - n, sig << n);
}

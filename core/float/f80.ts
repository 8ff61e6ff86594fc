// The 80-bit extended format of the x87 (Intel SDM vol. 1, 4.2.2 and 8.2): a 64-bit significand with an explicit integer
// bit ("sig") and 16 bits of sign and exponent ("se"). Routines take operands as such pairs and return the significand;
// the sign and exponent of the result are read with resultSE() right after the call. Exceptions, rounding mode and masks
// are those of env.ts; precision control and the rounding direction (C1) live here.

import { FE_DENORMAL, FE_INVALID, fpBegin, fpRaise } from "./env";

export const INT_BIT: u64 = 0x8000000000000000;
export const QUIET_BIT: u64 = 0x4000000000000000;
export const EXP_MASK: i32 = 0x7fff;
export const SIGN_BIT: i32 = 0x8000;
export const BIAS: i32 = 0x3fff;
/** "Real indefinite", the default NaN. */
export const INDEFINITE_SIG: u64 = 0xc000000000000000;
export const INDEFINITE_SE: i32 = 0xffff;

let se: i32 = 0;
let se2: i32 = 0;
let sig2: u64 = 0;
let up: bool = false;
let drop: i32 = 0;
let narrowDenormal: bool = false;

/** Starts an operation: `mode` ROUND_*, `masked` FE_* that do not trap, `dropped` low bits of the significand that
 *  precision control rounds off (0, 11 or 40). */
// @ts-ignore: decorator
@inline export function f80Begin(mode: i32, masked: i32, dropped: i32): void {
  fpBegin(mode, masked, false, false);
  up = false;
  drop = dropped;
  narrowDenormal = false;
}

/** Sign and exponent of the last result. */
// @ts-ignore: decorator
@inline export function resultSE(): i32 {
  return se;
}

/** Second result of FXTRACT and FSINCOS. */
// @ts-ignore: decorator
@inline export function secondSig(): u64 {
  return sig2;
}
// @ts-ignore: decorator
@inline export function secondSE(): i32 {
  return se2;
}
// @ts-ignore: decorator
@inline export function giveSecond(sig: u64, signExp: i32): void {
  sig2 = sig;
  se2 = signExp;
}

// @ts-ignore: decorator
@inline export function give(sig: u64, signExp: i32): u64 {
  se = signExp;
  return sig;
}

/** Whether the last rounding went away from zero (C1). */
// @ts-ignore: decorator
@inline export function roundedUp(): bool {
  return up;
}
// @ts-ignore: decorator
@inline export function setRoundedUp(value: bool): void {
  up = value;
}
// @ts-ignore: decorator
@inline export function droppedBits(): i32 {
  return drop;
}
// @ts-ignore: decorator
@inline export function setDroppedBits(value: i32): void {
  drop = value;
}
/** Says that an operand was a denormal of a narrower format (it is normal in this one). */
// @ts-ignore: decorator
@inline export function setNarrowDenormal(): void {
  narrowDenormal = true;
}

/** A finite number but zero, denormal or unnormal. */
// @ts-ignore: decorator
@inline export function isNormal80(sig: u64, signExp: i32): bool {
  return <u32>((signExp & EXP_MASK) - 1) < 0x7ffe && <i64>sig < 0;
}

/** Both operands are normal, in memory too. */
// @ts-ignore: decorator
@inline export function bothNormal80(a: u64, ase: i32, b: u64, bse: i32): bool {
  return isNormal80(a, ase) && isNormal80(b, bse) && !narrowDenormal;
}

/** Unnormals, pseudo-infinities and pseudo-NaNs: invalid operands since the 387. */
// @ts-ignore: decorator
@inline export function isUnsupported80(sig: u64, signExp: i32): bool {
  return (signExp & EXP_MASK) != 0 && <i64>sig >= 0;
}

// @ts-ignore: decorator
@inline export function isNan80(sig: u64, signExp: i32): bool {
  return (signExp & EXP_MASK) == EXP_MASK && sig << 1 != 0;
}

// @ts-ignore: decorator
@inline export function isSnan80(sig: u64, signExp: i32): bool {
  return isNan80(sig, signExp) && (sig & QUIET_BIT) == 0;
}

// @ts-ignore: decorator
@inline export function isInf80(sig: u64, signExp: i32): bool {
  return (signExp & EXP_MASK) == EXP_MASK && sig << 1 == 0;
}

// @ts-ignore: decorator
@inline export function isZero80(sig: u64, signExp: i32): bool {
  return (signExp & EXP_MASK) == 0 && sig == 0;
}

/** Denormals and pseudo-denormals. */
// @ts-ignore: decorator
@inline export function isDenormal80(sig: u64, signExp: i32): bool {
  return (signExp & EXP_MASK) == 0 && sig != 0;
}

/** Invalid operation: the default NaN. */
export function invalid80(): u64 {
  fpRaise(FE_INVALID);
  return give(INDEFINITE_SIG, INDEFINITE_SE);
}

/** Raises DE if one of two operands is denormal. */
// @ts-ignore: decorator
@inline export function noteDenormals80(a: u64, ase: i32, b: u64, bse: i32): void {
  if (isDenormal80(a, ase) || isDenormal80(b, bse) || narrowDenormal) fpRaise(FE_DENORMAL);
}

/** Whether an operand settles the result by being unsupported or a NaN; then it has been given (nanResult80). */
// @ts-ignore: decorator
@inline export function isBad80(sig: u64, signExp: i32): bool {
  return isUnsupported80(sig, signExp) || isNan80(sig, signExp);
}

/** Result of an operation of which at least one operand is unsupported or a NaN (SDM vol. 1, tables 4-7 and 8-10): of two
 *  NaNs the one with the larger significand, the positive one where they are equal. */
export function nanResult80(a: u64, ase: i32, b: u64, bse: i32): u64 {
  if (isUnsupported80(a, ase) || isUnsupported80(b, bse)) return invalid80();
  if (isSnan80(a, ase) || isSnan80(b, bse)) fpRaise(FE_INVALID);
  const first = !isNan80(b, bse) || (isNan80(a, ase) && (a > b || (a == b && ase < bse)));
  return first ? give(a | QUIET_BIT, ase) : give(b | QUIET_BIT, bse);
}

let normExp: i32 = 0;

/** Significand of a non-zero finite number with its top bit set; its biased exponent (below 1 for denormals) is in
 *  normExponent(). */
// @ts-ignore: decorator
@inline export function normalise80(sig: u64, signExp: i32): u64 {
  const e = signExp & EXP_MASK;
  const n = <i32>clz(sig);
  normExp = (e == 0 ? 1 : e) - n;
  return sig << n;
}

// @ts-ignore: decorator
@inline export function normExponent(): i32 {
  return normExp;
}

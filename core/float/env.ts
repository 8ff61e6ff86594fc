// The IEEE environment of the floating-point routines: rounding mode, denormal handling, masks and collected exception
// flags. It is set up by a helper from its guest's control register (MXCSR, x87 control word), used by the routines it
// calls and read back before the helper returns; nothing survives a helper call. WebAssembly globals: one per instance.

/** Exception flags, numbered as in MXCSR and the x87 status word. */
export const FE_INVALID = 1;
export const FE_DENORMAL = 2;
export const FE_DIVZERO = 4;
export const FE_OVERFLOW = 8;
export const FE_UNDERFLOW = 16;
export const FE_INEXACT = 32;
export const FE_ALL = 63;

/** Rounding modes, numbered as in MXCSR.RC and the x87 control word, and one that these have not. */
export const ROUND_NEAREST = 0;
export const ROUND_DOWN = 1;
export const ROUND_UP = 2;
export const ROUND_ZERO = 3;
/** To the nearest, of two that are equally near the one farther from zero. */
export const ROUND_NEAREST_AWAY = 4;

// What the standard leaves to a machine; a guest's init function says it (fpRules). Where nothing else is ever said than what stands here
// it is constant in that core.

/** Of the NaNs among the operands, quieted: the first one. */
export const NAN_FIRST = 0;
/** The first signalling one, where none is signalling the first one. */
export const NAN_SIGNALLING_FIRST = 1;
/** None of them: the default NaN. */
export const NAN_DEFAULT = 2;

let nans: i32 = NAN_FIRST;
let defaultNegative: bool = true;
let tinyBefore: bool = false;

/**
 * `which`: NAN_*, what comes of operands that are NaNs. `negative`: the default NaN, which invalid operations give, has its sign set.
 * `before`: a result is tiny if it is so before rounding; else if it would be with an exponent without bounds.
 */
export function fpRules(which: i32, negative: bool, before: bool): void {
  nans = which;
  defaultNegative = negative;
  tinyBefore = before;
}

// @ts-ignore: decorator
@inline export function fpNans(): i32 {
  return nans;
}

// @ts-ignore: decorator
@inline export function fpDefaultNegative(): bool {
  return defaultNegative;
}

// @ts-ignore: decorator
@inline export function fpTinyBefore(): bool {
  return tinyBefore;
}

let rounding: i32 = 0;
let flags: i32 = 0;
let masks: i32 = FE_ALL;
let inputsToZero: bool = false;
let resultsToZero: bool = false;

/** Starts an operation: `mode` ROUND_*, `masked` the FE_* that do not trap, `daz`/`ftz` denormal inputs/results become zeros. */
export function fpBegin(mode: i32, masked: i32, daz: bool, ftz: bool): void {
  rounding = mode;
  masks = masked;
  inputsToZero = daz;
  resultsToZero = ftz;
  flags = 0;
}

/** FE_* raised since fpBegin. */
// @ts-ignore: decorator
@inline export function fpFlags(): i32 {
  return flags;
}

// @ts-ignore: decorator
@inline export function fpRaise(raised: i32): void {
  flags |= raised;
}

// @ts-ignore: decorator
@inline export function fpSetFlags(value: i32): void {
  flags = value;
}

// @ts-ignore: decorator
@inline export function fpRounding(): i32 {
  return rounding;
}

// @ts-ignore: decorator
@inline export function fpSetRounding(mode: i32): void {
  rounding = mode;
}

/** Whether exception `flag` does not trap. */
// @ts-ignore: decorator
@inline export function fpMasked(flag: i32): bool {
  return (masks & flag) != 0;
}

// @ts-ignore: decorator
@inline export function fpDaz(): bool {
  return inputsToZero;
}

// @ts-ignore: decorator
@inline export function fpFtz(): bool {
  return resultsToZero;
}

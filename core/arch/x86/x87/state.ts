// The x87 register stack, status word and exceptions (Intel SDM vol. 1, chapter 8). Every waiting instruction's helper
// starts with waits(), and ends with settle() or one of the stack faults. X_FSW is kept without TOP; its ES and B bits
// always agree with flags and masks.

import { X_CR0, X_FCW, X_FPR, X_FSW, X_FTAG, X_FTOP } from "../../../../src/arch/x86/layout";
import { FE_DENORMAL, FE_DIVZERO, FE_INVALID, fpFlags } from "../../../float/env";
import { INDEFINITE_SE, INDEFINITE_SIG, f80Begin, roundedUp } from "../../../float/f80";
import { CR0_NE } from "../bits";
import { raise } from "../raise";

const V_MF: i32 = 16;

export const SW_SF: i32 = 0x40;
export const SW_ES: i32 = 0x80;
export const SW_C0: i32 = 0x100;
export const SW_C1: i32 = 0x200;
export const SW_C2: i32 = 0x400;
export const SW_C3: i32 = 0x4000;
export const SW_B: i32 = 0x8000;
export const SW_CC: i32 = SW_C0 | SW_C1 | SW_C2 | SW_C3;
/** Exceptions taken before the operation: with one of them unmasked nothing is stored or popped. */
const PRE_COMPUTATION: i32 = FE_INVALID | FE_DENORMAL | FE_DIVZERO;

// @ts-ignore: decorator
@inline export function fcw(cpu: i32): i32 {
  return load<i32>(cpu + X_FCW);
}
// @ts-ignore: decorator
@inline export function fsw(cpu: i32): i32 {
  return load<i32>(cpu + X_FSW);
}
// @ts-ignore: decorator
@inline export function setFsw(cpu: i32, value: i32): void {
  store<i32>(cpu + X_FSW, value);
}
// @ts-ignore: decorator
@inline export function top(cpu: i32): i32 {
  return load<i32>(cpu + X_FTOP);
}

/** Address of ST(i). */
// @ts-ignore: decorator
@inline export function st(cpu: i32, i: i32): i32 {
  return cpu + X_FPR + (((top(cpu) + i) & 7) << 4);
}
// @ts-ignore: decorator
@inline export function sigOf(reg: i32): u64 {
  return load<u64>(reg);
}
// @ts-ignore: decorator
@inline export function seOf(reg: i32): i32 {
  return <i32>load<u16>(reg, 8);
}
// @ts-ignore: decorator
@inline export function isEmpty(cpu: i32, i: i32): bool {
  return ((load<i32>(cpu + X_FTAG) >> ((top(cpu) + i) & 7)) & 1) != 0;
}

/** Writes ST(i) and marks it used. */
// @ts-ignore: decorator
@inline export function setSt(cpu: i32, i: i32, sig: u64, se: i32): void {
  const n = (top(cpu) + i) & 7;
  store<u64>(cpu + X_FPR + (n << 4), sig);
  store<u16>(cpu + X_FPR + (n << 4), <u16>se, 8);
  store<i32>(cpu + X_FTAG, load<i32>(cpu + X_FTAG) & ~(1 << n));
}

// @ts-ignore: decorator
@inline export function setIndefinite(cpu: i32, i: i32): void {
  setSt(cpu, i, INDEFINITE_SIG, INDEFINITE_SE);
}

// @ts-ignore: decorator
@inline export function pop(cpu: i32): void {
  const n = top(cpu);
  store<i32>(cpu + X_FTAG, load<i32>(cpu + X_FTAG) | (1 << n));
  store<i32>(cpu + X_FTOP, (n + 1) & 7);
}

// @ts-ignore: decorator
@inline export function push(cpu: i32, sig: u64, se: i32): void {
  store<i32>(cpu + X_FTOP, (top(cpu) - 1) & 7);
  setSt(cpu, 0, sig, se);
}

/** True with #MF pending when an earlier instruction has left an unmasked exception. Without CR0.NE the error is as if
 *  ignored by the interrupt controller (IGNNE# asserted). */
// @ts-ignore: decorator
@inline export function waits(cpu: i32): bool {
  return (fsw(cpu) & SW_ES) != 0 && mathFault(cpu);
}

function mathFault(cpu: i32): bool {
  if ((load<i32>(cpu + X_CR0) & CR0_NE) == 0) return false;
  raise(cpu, V_MF, 0, 0);
  return true;
}

/** Prepares the floating-point environment; precision control counts only where `controlled`. */
// @ts-ignore: decorator
@inline export function begin(cpu: i32, controlled: bool): void {
  const cw = fcw(cpu);
  const precision = cw & 0x300;
  f80Begin(
    (cw >> 10) & 3,
    cw & 63,
    !controlled || precision == 0x300 ? 0 : precision == 0x200 ? 11 : precision == 0 ? 40 : 0,
  );
}

/** Adds the flags raised since begin() to the status word, with C1 saying whether the result was rounded up and the bits
 *  of `cc` instead of those of `ccMask`. True if the results are to be written (and popped). Condition codes are set in
 *  any case, as current processors do. */
export function settle(cpu: i32, ccMask: i32, cc: i32): bool {
  let flags = fpFlags();
  const word = fsw(cpu) & ~(SW_C1 | ccMask);
  const traps = flags & ~fcw(cpu);
  if (traps == 0) {
    setFsw(cpu, word | flags | cc | (roundedUp() ? SW_C1 : 0));
    return true;
  }
  if (traps & PRE_COMPUTATION) {
    flags &= PRE_COMPUTATION;
    setFsw(cpu, word | flags | cc | SW_ES | SW_B);
    return false;
  }
  setFsw(cpu, word | flags | cc | (roundedUp() ? SW_C1 : 0) | SW_ES | SW_B);
  return true;
}

function stackFault(cpu: i32, c1: i32): bool {
  const masked = (fcw(cpu) & FE_INVALID) != 0;
  setFsw(cpu, (fsw(cpu) & ~SW_C1) | FE_INVALID | SW_SF | c1 | (masked ? 0 : SW_ES | SW_B));
  return masked;
}

/** Stack underflow (overflow): true if masked, so that the indefinite value is to be written. */
export function stackUnderflow(cpu: i32): bool {
  return stackFault(cpu, 0);
}

export function stackOverflow(cpu: i32): bool {
  return stackFault(cpu, SW_C1);
}

/** Makes ES and B agree with flags and masks: after the control or status word has been loaded. */
export function updateSummary(cpu: i32): void {
  const word = fsw(cpu) & ~(SW_ES | SW_B);
  setFsw(cpu, word & ~fcw(cpu) & 63 ? word | SW_ES | SW_B : word);
}

export function clearC1(cpu: i32): void {
  setFsw(cpu, fsw(cpu) & ~SW_C1);
}

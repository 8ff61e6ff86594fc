// FRNDINT, FSCALE, FXTRACT, FPREM, FPREM1 and the transcendental instructions.

import {
  BIAS,
  INDEFINITE_SE,
  INDEFINITE_SIG,
  INT_BIT,
  isBad80,
  nanResult80,
  resultSE,
  secondSE,
  secondSig,
} from "../../../float/f80";
import { roundInt80 } from "../../../float/f80convert";
import { extract80, remPartial, remQuotient, remainder80, scale80 } from "../../../float/f80step";
import { atan80 } from "../../../float/elementary/atan";
import { exp2m1 } from "../../../float/elementary/exp";
import { log1p80, log80 } from "../../../float/elementary/log";
import { cos80, outOfRange80, sin80, sincos80, tan80 } from "../../../float/elementary/trig";
import {
  SW_C0,
  SW_C1,
  SW_C2,
  SW_C3,
  SW_CC,
  begin,
  fsw,
  isEmpty,
  pop,
  push,
  seOf,
  setFsw,
  setIndefinite,
  setSt,
  settle,
  sigOf,
  st,
  stackOverflow,
  stackUnderflow,
  waits,
} from "./state";

/** Checks ST(0), and ST(1) for `operands` 2. False when the instruction is over. `pops`: the result replaces ST(1).
 *  `cleared`: condition codes that a stack fault clears. */
function open(cpu: i32, operands: i32, pops: bool, cleared: i32): bool {
  if (waits(cpu)) return false;
  if (isEmpty(cpu, 0) || (operands == 2 && isEmpty(cpu, 1))) {
    setFsw(cpu, fsw(cpu) & ~cleared);
    if (stackUnderflow(cpu)) {
      setIndefinite(cpu, pops ? 1 : 0);
      if (pops) pop(cpu);
    }
    return false;
  }
  begin(cpu, false);
  return true;
}

/** Replaces ST(0). */
// @ts-ignore: decorator
@inline function close(cpu: i32, sig: u64): void {
  if (settle(cpu, 0, 0)) setSt(cpu, 0, sig, resultSE());
}

/** Replaces ST(1) and pops. */
// @ts-ignore: decorator
@inline function closePop(cpu: i32, sig: u64): void {
  if (!settle(cpu, 0, 0)) return;
  setSt(cpu, 1, sig, resultSE());
  pop(cpu);
}

export function x86_frndint(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!open(cpu, 1, false, 0)) return 0;
  const reg = st(cpu, 0);
  const bad = isBad80(sigOf(reg), seOf(reg));
  close(cpu, bad ? nanResult80(sigOf(reg), seOf(reg), sigOf(reg), seOf(reg)) : roundInt80(sigOf(reg), seOf(reg)));
  return 0;
}

export function x86_fscale(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!open(cpu, 2, false, 0)) return 0;
  const x = st(cpu, 0);
  const y = st(cpu, 1);
  close(cpu, scale80(sigOf(x), seOf(x), sigOf(y), seOf(y)));
  return 0;
}

/** a = 1 for FPREM1. */
export function x86_fprem(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!open(cpu, 2, false, SW_C2)) return 0;
  const x = st(cpu, 0);
  const y = st(cpu, 1);
  const sig = remainder80(sigOf(x), seOf(x), sigOf(y), seOf(y), a != 0);
  const q = remQuotient();
  const cc = remPartial() ? SW_C2 : (q & 1 ? SW_C1 : 0) | (q & 2 ? SW_C3 : 0) | (q & 4 ? SW_C0 : 0);
  // NaNs and exceptions that keep the result from being written leave C0 and C3.
  const old = fsw(cpu) & (SW_C0 | SW_C3);
  if (settle(cpu, isBad80(sig, resultSE()) ? SW_C2 : SW_CC, cc)) setSt(cpu, 0, sig, resultSE());
  else setFsw(cpu, (fsw(cpu) & ~SW_CC) | old);
  return 0;
}

/** Checks of instructions that replace ST(0) and push. */
function openPush(cpu: i32, cleared: i32): bool {
  if (waits(cpu)) return false;
  const empty = isEmpty(cpu, 0);
  if (empty || !isEmpty(cpu, -1)) {
    setFsw(cpu, fsw(cpu) & ~cleared);
    if (empty ? stackUnderflow(cpu) : stackOverflow(cpu)) {
      setIndefinite(cpu, 0);
      push(cpu, INDEFINITE_SIG, INDEFINITE_SE);
    }
    return false;
  }
  begin(cpu, false);
  return true;
}

export function x86_fxtract(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!openPush(cpu, 0)) return 0;
  const reg = st(cpu, 0);
  const sig = extract80(sigOf(reg), seOf(reg));
  const se = resultSE();
  if (!settle(cpu, 0, 0)) return 0;
  setSt(cpu, 0, secondSig(), secondSE());
  push(cpu, sig, se);
  return 0;
}

/** Sets C2 and ends where the operand is out of range for the trigonometric functions. */
// @ts-ignore: decorator
@inline function tooLarge(cpu: i32, reg: i32): bool {
  if (!outOfRange80(sigOf(reg), seOf(reg))) return false;
  setFsw(cpu, (fsw(cpu) & ~SW_C1) | SW_C2);
  return true;
}

export function x86_fsin(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!open(cpu, 1, false, SW_C2)) return 0;
  const reg = st(cpu, 0);
  if (tooLarge(cpu, reg)) return 0;
  const sig = sin80(sigOf(reg), seOf(reg));
  if (settle(cpu, SW_C2, 0)) setSt(cpu, 0, sig, resultSE());
  return 0;
}

export function x86_fcos(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!open(cpu, 1, false, SW_C2)) return 0;
  const reg = st(cpu, 0);
  if (tooLarge(cpu, reg)) return 0;
  const sig = cos80(sigOf(reg), seOf(reg));
  if (settle(cpu, SW_C2, 0)) setSt(cpu, 0, sig, resultSE());
  return 0;
}

export function x86_fsincos(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!openPush(cpu, SW_C2)) return 0;
  const reg = st(cpu, 0);
  if (tooLarge(cpu, reg)) return 0;
  const sig = sincos80(sigOf(reg), seOf(reg));
  const se = resultSE();
  if (!settle(cpu, SW_C2, 0)) return 0;
  setSt(cpu, 0, secondSig(), secondSE());
  push(cpu, sig, se);
  return 0;
}

/** Pushes 1 after the tangent; a NaN is pushed as well. */
export function x86_fptan(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!openPush(cpu, SW_C2)) return 0;
  const reg = st(cpu, 0);
  if (tooLarge(cpu, reg)) return 0;
  const sig = tan80(sigOf(reg), seOf(reg));
  const se = resultSE();
  if (!settle(cpu, SW_C2, 0)) return 0;
  setSt(cpu, 0, sig, se);
  if (isBad80(sig, se)) push(cpu, sig, se);
  else push(cpu, INT_BIT, BIAS);
  return 0;
}

export function x86_f2xm1(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!open(cpu, 1, false, 0)) return 0;
  const reg = st(cpu, 0);
  close(cpu, exp2m1(sigOf(reg), seOf(reg)));
  return 0;
}

export function x86_fyl2x(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!open(cpu, 2, true, 0)) return 0;
  const x = st(cpu, 0);
  const y = st(cpu, 1);
  closePop(cpu, log80(sigOf(x), seOf(x), sigOf(y), seOf(y)));
  return 0;
}

export function x86_fyl2xp1(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!open(cpu, 2, true, 0)) return 0;
  const x = st(cpu, 0);
  const y = st(cpu, 1);
  closePop(cpu, log1p80(sigOf(x), seOf(x), sigOf(y), seOf(y)));
  return 0;
}

export function x86_fpatan(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!open(cpu, 2, true, 0)) return 0;
  const x = st(cpu, 0);
  const y = st(cpu, 1);
  closePop(cpu, atan80(sigOf(y), seOf(y), sigOf(x), seOf(x)));
  return 0;
}

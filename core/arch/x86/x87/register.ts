// Instructions that move registers and the stack: FST ST(i), FXCH, FCMOVcc, FCHS, FABS, FFREE, FINCSTP, FDECSTP, FNOP.

import { X_FTAG, X_FTOP } from "../../../../src/arch/x86/layout";
import { EXP_MASK, SIGN_BIT } from "../../../float/f80";
import { clearC1, isEmpty, pop, seOf, setIndefinite, setSt, sigOf, st, stackUnderflow, top, waits } from "./state";

/** a = i, b = 1 to pop. */
export function x86_fstst(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (waits(cpu)) return 0;
  if (isEmpty(cpu, 0)) {
    if (!stackUnderflow(cpu)) return 0;
    setIndefinite(cpu, <i32>a);
  } else {
    clearC1(cpu);
    const reg = st(cpu, 0);
    setSt(cpu, <i32>a, sigOf(reg), seOf(reg));
  }
  if (b) pop(cpu);
  return 0;
}

/** D9 D8+i, undocumented: a = i. FSTP ST(i) that knows no stack underflow. */
export function x86_fstp1(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (waits(cpu)) return 0;
  clearC1(cpu);
  const reg = st(cpu, 0);
  if (!isEmpty(cpu, 0)) setSt(cpu, <i32>a, sigOf(reg), seOf(reg));
  pop(cpu);
  return 0;
}

/** a = i. */
export function x86_fxch(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (waits(cpu)) return 0;
  const i = <i32>a;
  if (isEmpty(cpu, 0) || isEmpty(cpu, i)) {
    if (!stackUnderflow(cpu)) return 0;
    if (isEmpty(cpu, 0)) setIndefinite(cpu, 0);
    if (isEmpty(cpu, i)) setIndefinite(cpu, i);
  } else clearC1(cpu);
  const x = st(cpu, 0);
  const y = st(cpu, i);
  const sig = sigOf(x);
  const se = seOf(x);
  setSt(cpu, 0, sigOf(y), seOf(y));
  setSt(cpu, i, sig, se);
  return 0;
}

/** a = i, b = the condition. */
export function x86_fcmov(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (waits(cpu)) return 0;
  const i = <i32>a;
  if (isEmpty(cpu, 0) || isEmpty(cpu, i)) {
    if (stackUnderflow(cpu)) setIndefinite(cpu, 0);
    return 0;
  }
  const reg = st(cpu, i);
  if (b) setSt(cpu, 0, sigOf(reg), seOf(reg));
  return 0;
}

function changeSign(cpu: i32, keep: i32, flip: i32): void {
  if (waits(cpu)) return;
  if (isEmpty(cpu, 0)) {
    if (stackUnderflow(cpu)) setIndefinite(cpu, 0);
    return;
  }
  clearC1(cpu);
  const reg = st(cpu, 0);
  store<u16>(reg, <u16>((seOf(reg) & keep) ^ flip), 8);
}

export function x86_fchs(cpu: i32, a: i64, b: i64, c: i64): i64 {
  changeSign(cpu, 0xffff, SIGN_BIT);
  return 0;
}

export function x86_fabs(cpu: i32, a: i64, b: i64, c: i64): i64 {
  changeSign(cpu, EXP_MASK, 0);
  return 0;
}

/** a = i, b = 1 to pop (FFREEP). */
export function x86_ffree(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (waits(cpu)) return 0;
  clearC1(cpu);
  store<i32>(cpu + X_FTAG, load<i32>(cpu + X_FTAG) | (1 << ((top(cpu) + <i32>a) & 7)));
  if (b) pop(cpu);
  return 0;
}

/** a = 1 or -1. */
export function x86_fincstp(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (waits(cpu)) return 0;
  clearC1(cpu);
  store<i32>(cpu + X_FTOP, (top(cpu) + <i32>a) & 7);
  return 0;
}

/** FWAIT and FNOP: nothing but the pending exception. */
export function x86_fwait(cpu: i32, a: i64, b: i64, c: i64): i64 {
  waits(cpu);
  return 0;
}

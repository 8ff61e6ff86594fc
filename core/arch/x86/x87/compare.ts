// FCOM, FUCOM, FICOM, FTST, FCOMI, FUCOMI and FXAM.

import { CC_EFLAGS, F_CF, F_PF, F_ZF, X_CC_OP, X_CC_SRC } from "../../../../src/arch/x86/layout";
import { CMP_EQUAL, CMP_LESS, CMP_UNORDERED } from "../../../float/compare";
import { SIGN_BIT, isDenormal80, isInf80, isNan80, isUnsupported80, isZero80, resultSE } from "../../../float/f80";
import { compare80 } from "../../../float/f80compare";
import { fromInt80, widen32, widen64 } from "../../../float/f80convert";
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
  seOf,
  setFsw,
  settle,
  sigOf,
  st,
  stackUnderflow,
  waits,
} from "./state";

const QUIET: i32 = 0x400;
const ZERO: i32 = 0x800;
const UNDERFLOW: i32 = -1;
const BLOCKED: i32 = -2;

/** Compares ST(0) with the source of `form`: CMP_*; a stack underflow, which has been noted already, is UNDERFLOW where it
 *  is masked (the comparison goes on as unordered) and BLOCKED where not (nothing is popped). */
function order(cpu: i32, form: i32, value: u64): i32 {
  const kind = (form >> 8) & 3;
  const from = (form >> 3) & 7;
  const register = kind == 0 && (form & ZERO) == 0;
  if (isEmpty(cpu, 0) || (register && isEmpty(cpu, from))) return stackUnderflow(cpu) ? UNDERFLOW : BLOCKED;
  begin(cpu, false);
  let s: u64 = 0;
  let e = 0;
  if (register) {
    const reg = st(cpu, from);
    s = sigOf(reg);
    e = seOf(reg);
  } else if (kind != 0) {
    s = kind == 1 ? widen32(<u32>value) : kind == 2 ? widen64(value) : fromInt80(value);
    e = resultSE();
  }
  const reg = st(cpu, 0);
  return compare80(sigOf(reg), seOf(reg), s, e, (form & QUIET) == 0);
}

// @ts-ignore: decorator
@inline function pops(cpu: i32, form: i32): void {
  for (let n = (form >> 6) & 3; n > 0; n--) pop(cpu);
}

/** a = bits 3-5 source ST(i), bits 6-7 registers to pop, bits 8-9 where the source is (as in arith.ts), bit 10 quiet
 *  (FUCOM), bit 11 compare with zero (FTST); b = source. */
export function x86_fcom(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (waits(cpu)) return 0;
  const form = <i32>a;
  const o = order(cpu, form, b);
  const cc = o < 0 || o == CMP_UNORDERED ? SW_C0 | SW_C2 | SW_C3 : o == CMP_LESS ? SW_C0 : o == CMP_EQUAL ? SW_C3 : 0;
  let done = o == UNDERFLOW;
  if (o < 0) setFsw(cpu, (fsw(cpu) & ~SW_CC) | cc);
  else done = settle(cpu, SW_CC, cc);
  if (done) pops(cpu, form);
  return 0;
}

/** FCOMI, FUCOMI: sets ZF PF CF, clears OF SF AF; C1 stays as it is. a as for x86_fcom. */
export function x86_fcomi(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (waits(cpu)) return 0;
  const form = <i32>a;
  const c1 = fsw(cpu) & SW_C1;
  const o = order(cpu, form, 0);
  const done = o < 0 ? o == UNDERFLOW : settle(cpu, 0, c1);
  const flags = o < 0 || o == CMP_UNORDERED ? F_ZF | F_PF | F_CF : o == CMP_LESS ? F_CF : o == CMP_EQUAL ? F_ZF : 0;
  store<u64>(cpu + X_CC_SRC, <u64>flags);
  store<i32>(cpu + X_CC_OP, CC_EFLAGS);
  if (done) pops(cpu, form);
  return 0;
}

export function x86_fxam(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (waits(cpu)) return 0;
  const reg = st(cpu, 0);
  const sig = sigOf(reg);
  const se = seOf(reg);
  let cc = SW_C2;
  if (isEmpty(cpu, 0)) cc = SW_C3 | SW_C0;
  else if (isUnsupported80(sig, se)) cc = 0;
  else if (isNan80(sig, se)) cc = SW_C0;
  else if (isInf80(sig, se)) cc = SW_C2 | SW_C0;
  else if (isZero80(sig, se)) cc = SW_C3;
  else if (isDenormal80(sig, se)) cc = SW_C3 | SW_C2;
  setFsw(cpu, (fsw(cpu) & ~SW_CC) | cc | (se & SIGN_BIT ? SW_C1 : 0));
  return 0;
}

// FADD, FSUB, FMUL, FDIV in all forms, and FSQRT.
//
// a = bits 0-2 destination ST(i), bits 3-5 source ST(i), bit 6 pop, bit 7 reversed operands (FSUBR, FDIVR), bits 8-9 where
// the source is: 0 a register, 1 binary32, 2 binary64, 3 an integer in b.

import { resultSE } from "../../../float/f80";
import { add80, div80, mul80, sqrt80, sub80 } from "../../../float/f80arith";
import { fromInt80, widen32, widen64 } from "../../../float/f80convert";
import { begin, isEmpty, pop, seOf, setIndefinite, setSt, settle, sigOf, st, stackUnderflow, waits } from "./state";

let xs: u64 = 0;
let xe: i32 = 0;
let ys: u64 = 0;
let ye: i32 = 0;

/** Fetches the operands, reversed as asked, to (xs, xe) and (ys, ye). False when the instruction is over. */
function open(cpu: i32, form: i32, value: u64): bool {
  if (waits(cpu)) return false;
  const kind = (form >> 8) & 3;
  const from = (form >> 3) & 7;
  if (isEmpty(cpu, form & 7) || (kind == 0 && isEmpty(cpu, from))) {
    if (stackUnderflow(cpu)) {
      setIndefinite(cpu, form & 7);
      if (form & 64) pop(cpu);
    }
    return false;
  }
  begin(cpu, true);
  let s: u64;
  let e: i32;
  if (kind == 0) {
    const reg = st(cpu, from);
    s = sigOf(reg);
    e = seOf(reg);
  } else {
    s = kind == 1 ? widen32(<u32>value) : kind == 2 ? widen64(value) : fromInt80(value);
    e = resultSE();
  }
  const reg = st(cpu, form & 7);
  if (form & 128) {
    xs = s;
    xe = e;
    ys = sigOf(reg);
    ye = seOf(reg);
  } else {
    xs = sigOf(reg);
    xe = seOf(reg);
    ys = s;
    ye = e;
  }
  return true;
}

// @ts-ignore: decorator
@inline function close(cpu: i32, form: i32, sig: u64): void {
  if (!settle(cpu, 0, 0)) return;
  setSt(cpu, form & 7, sig, resultSE());
  if (form & 64) pop(cpu);
}

export function x86_fadd(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (open(cpu, <i32>a, b)) close(cpu, <i32>a, add80(xs, xe, ys, ye));
  return 0;
}

export function x86_fsub(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (open(cpu, <i32>a, b)) close(cpu, <i32>a, sub80(xs, xe, ys, ye));
  return 0;
}

export function x86_fmul(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (open(cpu, <i32>a, b)) close(cpu, <i32>a, mul80(xs, xe, ys, ye));
  return 0;
}

export function x86_fdiv(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (open(cpu, <i32>a, b)) close(cpu, <i32>a, div80(xs, xe, ys, ye));
  return 0;
}

export function x86_fsqrt(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (waits(cpu)) return 0;
  if (isEmpty(cpu, 0)) {
    if (stackUnderflow(cpu)) setIndefinite(cpu, 0);
    return 0;
  }
  begin(cpu, true);
  const reg = st(cpu, 0);
  const sig = sqrt80(sigOf(reg), seOf(reg));
  if (settle(cpu, 0, 0)) setSt(cpu, 0, sig, resultSE());
  return 0;
}

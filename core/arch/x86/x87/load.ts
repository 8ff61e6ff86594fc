// FLD, FILD, FBLD and the constants. Memory operands arrive loaded; the register is pushed last.

import { FE_INVALID, ROUND_DOWN, ROUND_UP, ROUND_ZERO, fpFlags, fpRounding } from "../../../float/env";
import { INDEFINITE_SE, INDEFINITE_SIG, resultSE } from "../../../float/f80";
import { fromBcd80, fromInt80, load32, load64 } from "../../../float/f80convert";
import {
  SW_B,
  SW_C1,
  SW_ES,
  begin,
  fcw,
  fsw,
  isEmpty,
  push,
  seOf,
  setFsw,
  sigOf,
  st,
  stackOverflow,
  stackUnderflow,
  waits,
} from "./state";

/** False when the load is over: #MF, or the stack is full. */
function room(cpu: i32): bool {
  if (waits(cpu)) return false;
  if (isEmpty(cpu, -1)) return true;
  if (stackOverflow(cpu)) push(cpu, INDEFINITE_SIG, INDEFINITE_SE);
  return false;
}

/** A denormal is loaded even where DE is not masked; a signalling NaN is not where IE is not. */
function pushLoaded(cpu: i32, sig: u64, se: i32): void {
  const flags = fpFlags();
  const traps = flags & ~fcw(cpu);
  setFsw(cpu, (fsw(cpu) & ~SW_C1) | flags | (traps ? SW_ES | SW_B : 0));
  if ((traps & FE_INVALID) == 0) push(cpu, sig, se);
}

/** a = the 32 bits. */
export function x86_fld32(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!room(cpu)) return 0;
  begin(cpu, false);
  const sig = load32(<u32>a);
  pushLoaded(cpu, sig, resultSE());
  return 0;
}

/** a = the 64 bits. */
export function x86_fld64(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!room(cpu)) return 0;
  begin(cpu, false);
  const sig = load64(a);
  pushLoaded(cpu, sig, resultSE());
  return 0;
}

/** a = significand, b = sign and exponent. */
export function x86_fld80(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!room(cpu)) return 0;
  setFsw(cpu, fsw(cpu) & ~SW_C1);
  push(cpu, a, <i32>b & 0xffff);
  return 0;
}

/** a = the integer, sign-extended. */
export function x86_fild(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!room(cpu)) return 0;
  setFsw(cpu, fsw(cpu) & ~SW_C1);
  const sig = fromInt80(a);
  push(cpu, sig, resultSE());
  return 0;
}

/** a = the low 16 digits, b = the high two bytes. */
export function x86_fbld(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!room(cpu)) return 0;
  setFsw(cpu, fsw(cpu) & ~SW_C1);
  const sig = fromBcd80(a, <i32>b & 0xffff);
  push(cpu, sig, resultSE());
  return 0;
}

/** a = i: FLD ST(i). */
export function x86_fldst(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (waits(cpu)) return 0;
  if (isEmpty(cpu, <i32>a)) {
    if (stackUnderflow(cpu)) push(cpu, INDEFINITE_SIG, INDEFINITE_SE);
    return 0;
  }
  if (!room(cpu)) return 0;
  setFsw(cpu, fsw(cpu) & ~SW_C1);
  const reg = st(cpu, <i32>a);
  push(cpu, sigOf(reg), seOf(reg));
  return 0;
}

/** FLD1, FLDL2T, FLDL2E, FLDPI, FLDLG2, FLDLN2, FLDZ: significand rounded down, exponent, and whether the 66 bits kept
 *  inside round up to nearest (Intel SDM vol. 1, 8.3.8). */
// @ts-ignore: decorator
@lazy const CONSTANTS: usize = memory.data<u64>([
  0x8000000000000000, 0x3fff, 0, 0xd49a784bcd1b8afe, 0x4000, 1, 0xb8aa3b295c17f0bb, 0x3fff, 2, 0xc90fdaa22168c234,
  0x4000, 2, 0x9a209a84fbcff798, 0x3ffd, 2, 0xb17217f7d1cf79ab, 0x3ffe, 2, 0, 0, 0,
]);

/** a = number of the constant: ModRM - E8. */
export function x86_fconst(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!room(cpu)) return 0;
  begin(cpu, false);
  const entry = CONSTANTS + <usize>a * 24;
  const kind = load<i32>(entry, 16);
  const mode = fpRounding();
  const up = kind == 0 || mode == ROUND_DOWN || mode == ROUND_ZERO ? false : mode == ROUND_UP || kind == 2;
  setFsw(cpu, fsw(cpu) & ~SW_C1);
  push(cpu, load<u64>(entry) + (up ? 1 : 0), load<i32>(entry, 8));
  return 0;
}

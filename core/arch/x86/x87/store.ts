// FST, FSTP, FIST, FISTP, FISTTP, FBSTP to memory, in two steps around the store that the translated code does: the first
// gives what to store and changes nothing; x86_fstdone sets the status word and pops once the store has succeeded. Where
// an unmasked exception keeps the result from being stored, what memory holds is stored again.
//
// All take a = 1 to pop, b = linear address. S_RET2: bits 0-15 bytes 8 and 9 of 10-byte formats, bits 16-31 bits to set
// in the status word, bit 32 pop.

import { S_FAULT, S_RET2 } from "../../../../src/layout/vcpu";
import {
  FE_INEXACT,
  FE_INVALID,
  FE_OVERFLOW,
  FE_UNDERFLOW,
  ROUND_ZERO,
  fpFlags,
  fpSetRounding,
} from "../../../float/env";
import { INDEFINITE_SE, INDEFINITE_SIG, roundedUp, setRoundedUp } from "../../../float/f80";
import { bcdHigh, to32, to64, toBcd80, toInt80 } from "../../../float/f80convert";
import { ld16, ld32, ld64 } from "../../../engine/softmmu/access";
import { mmuIndex } from "../../../engine/state";
import { SW_B, SW_C1, SW_ES, SW_SF, begin, fcw, fsw, isEmpty, pop, seOf, setFsw, sigOf, st, waits } from "./state";

/** Exceptions that keep a store from happening where they are not masked. */
const BLOCKING: i32 = FE_INVALID | FE_OVERFLOW | FE_UNDERFLOW;

/** Bytes 8 and 9 of a value of ten. */
let high: u32 = 0;

/** What memory holds (`bytes` 2, 4, 8 or 10); the upper two of ten go to `high`. */
function present(cpu: i32, address: u64, bytes: i32): u64 {
  const mmu = mmuIndex(cpu);
  if (bytes == 2) return ld16(cpu, address, mmu);
  if (bytes == 4) return ld32(cpu, address, mmu);
  const low = ld64(cpu, address, mmu);
  if (bytes == 10 && load<i32>(cpu + S_FAULT) == 0) high = ld16(cpu, address + 8, mmu);
  return low;
}

/** Ends a first step: `flags` raised (with SW_SF for an empty register). */
function conclude(cpu: i32, value: u64, flags: i32, pops: i64, address: u64, bytes: i32): i64 {
  const traps = flags & 63 & ~fcw(cpu);
  let word = flags;
  let popped = pops & 1;
  if (traps != 0) {
    word |= SW_ES | SW_B;
    if (traps & BLOCKING) {
      value = present(cpu, address, bytes);
      popped = 0;
      word &= ~FE_INEXACT;
      setRoundedUp(false);
    }
  }
  if (roundedUp()) word |= SW_C1;
  store<u64>(cpu + S_RET2, <u64>high | ((<u64>word) << 16) | ((<u64>popped) << 32));
  return value;
}

/** ST(0) is empty: the indefinite value. */
// @ts-ignore: decorator
@inline function underflow(cpu: i32, value: u64, pops: i64, address: u64, bytes: i32): i64 {
  setRoundedUp(false);
  return conclude(cpu, value, FE_INVALID | SW_SF, pops, address, bytes);
}

export function x86_fst32(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (waits(cpu)) return 0;
  if (isEmpty(cpu, 0)) return underflow(cpu, 0xffc00000, a, b, 4);
  begin(cpu, false);
  const reg = st(cpu, 0);
  const value = to32(sigOf(reg), seOf(reg));
  return conclude(cpu, value, fpFlags(), a, b, 4);
}

export function x86_fst64(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (waits(cpu)) return 0;
  if (isEmpty(cpu, 0)) return underflow(cpu, 0xfff8000000000000, a, b, 8);
  begin(cpu, false);
  const reg = st(cpu, 0);
  const value = to64(sigOf(reg), seOf(reg));
  return conclude(cpu, value, fpFlags(), a, b, 8);
}

export function x86_fst80(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (waits(cpu)) return 0;
  setRoundedUp(false);
  if (isEmpty(cpu, 0)) {
    high = INDEFINITE_SE;
    return underflow(cpu, INDEFINITE_SIG, a, b, 10);
  }
  const reg = st(cpu, 0);
  high = seOf(reg);
  return conclude(cpu, sigOf(reg), 0, a, b, 10);
}

// @ts-ignore: decorator
@inline function storeInteger(cpu: i32, pops: i64, address: u64, bits: i32, truncate: bool): i64 {
  if (waits(cpu)) return 0;
  if (isEmpty(cpu, 0)) return underflow(cpu, (<i64>-1) << (bits - 1), pops, address, bits >> 3);
  begin(cpu, false);
  if (truncate) fpSetRounding(ROUND_ZERO);
  const reg = st(cpu, 0);
  const value = toInt80(sigOf(reg), seOf(reg), bits);
  return conclude(cpu, value, fpFlags(), pops, address, bits >> 3);
}

export function x86_fist16(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return storeInteger(cpu, a, b, 16, false);
}
export function x86_fist32(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return storeInteger(cpu, a, b, 32, false);
}
export function x86_fist64(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return storeInteger(cpu, a, b, 64, false);
}
export function x86_fistt16(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return storeInteger(cpu, a, b, 16, true);
}
export function x86_fistt32(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return storeInteger(cpu, a, b, 32, true);
}
export function x86_fistt64(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return storeInteger(cpu, a, b, 64, true);
}

export function x86_fbst(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (waits(cpu)) return 0;
  if (isEmpty(cpu, 0)) {
    high = 0xffff;
    return underflow(cpu, 0xc000000000000000, a, b, 10);
  }
  begin(cpu, false);
  const reg = st(cpu, 0);
  const value = toBcd80(sigOf(reg), seOf(reg));
  high = bcdHigh();
  return conclude(cpu, value, fpFlags(), a, b, 10);
}

/** Second step: a = S_RET2 of the first. */
export function x86_fstdone(cpu: i32, a: i64, b: i64, c: i64): i64 {
  setFsw(cpu, (fsw(cpu) & ~SW_C1) | (<i32>(a >> 16) & 0xffff));
  if ((a >> 32) & 1) pop(cpu);
  return 0;
}

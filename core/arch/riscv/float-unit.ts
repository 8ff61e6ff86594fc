// The floating-point unit's state: mstatus.FS, and fflags from the flags of core/float.

import { RV_FFLAGS, RV_UNIT_SEEN } from "../../../src/arch/riscv/layout";
import { FAULT_RETRY } from "../../../src/layout/vcpu";
import { setFault } from "../../engine/state";
import { FE_ALL, FE_INVALID, fpBegin, fpFlags, fpRaise } from "../../float/env";
import { FS } from "./bits";
import { mstatus, updateMode } from "./mode";
import { illegal } from "./trap";

/** ROUND_* of core/float for RNE, RTZ, RDN, RUP, RMM (unprivileged 21.2, table 35): four bits each. */
const ROUNDINGS: i32 = 0x42130;

/** ROUND_*. */
// @ts-ignore: decorator
@inline export function roundingOf(rm: i32): i32 {
  return (ROUNDINGS >> (rm << 2)) & 7;
}

/** `rm`: a rounding mode that exists. */
// @ts-ignore: decorator
@inline export function begin(rm: i32): void {
  fpBegin(roundingOf(rm), FE_ALL, false, false);
}

/** Adds what was raised since begin() to fflags: NX, UF, OF, DZ, NV from bit 0. There is no flag for denormal operands. */
export function end(cpu: i32): void {
  const raised = fpFlags();
  if (raised == 0) return;
  const flags =
    ((raised >> 5) & 1) | ((raised >> 3) & 2) | ((raised >> 1) & 4) | ((raised << 1) & 8) | ((raised << 4) & 16);
  store<i32>(cpu + RV_FFLAGS, load<i32>(cpu + RV_FFLAGS) | flags);
}

export function invalid(cpu: i32): void {
  begin(0);
  fpRaise(FE_INVALID);
  end(cpu);
}

/** Bit of a class (unprivileged 21.9): of infinity, normal, subnormal and zero those of the negative ones first. */
// @ts-ignore: decorator
@inline export function kind(negative: bool, infinite: bool, subnormal: bool, zero: bool): i64 {
  const n = infinite ? 0 : zero ? 3 : subnormal ? 2 : 1;
  return (<i64>1) << (negative ? n : 7 - n);
}

/** The first floating-point instruction of a system: the mode says from now on what mstatus.FS is, until that is written. */
export function riscv_fs_look(cpu: i32, encoding: i64, b: i64, c: i64): i64 {
  if ((mstatus(cpu) & FS) == 0) return illegal(cpu, encoding);
  store<i32>(cpu + RV_UNIT_SEEN, 1);
  updateMode(cpu);
  setFault(cpu, FAULT_RETRY);
  return 0;
}

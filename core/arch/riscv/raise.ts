// Raising exceptions: the pending one is taken by the hook that delivers.

import { ACCESS_EXEC, ACCESS_WRITE } from "../../../src/layout/access";
import {
  FEATURE_SEMIHOSTING,
  PRIV_MACHINE,
  RV_CAUSE,
  RV_FEATURES,
  RV_MCAUSE,
  RV_MSTATUS,
  RV_MTVEC,
  RV_PRIV,
  RV_TVAL,
} from "../../../src/arch/riscv/layout";
import { FAULT_EXCEPTION, FAULT_NONE, S_FAULT } from "../../../src/layout/vcpu";
import { setPc } from "../../engine/state";
import {
  BREAKPOINT,
  ECALL_U,
  FETCH_ACCESS,
  FETCH_PAGE,
  ILLEGAL,
  LOAD_ACCESS,
  LOAD_MISALIGNED,
  LOAD_PAGE,
  MIE,
  STORE_ACCESS,
  STORE_MISALIGNED,
  STORE_PAGE,
} from "./bits";
import { semihosting } from "./host";

export function raise(cpu: i32, cause: i32, value: u64): i32 {
  store<i32>(cpu + RV_CAUSE, cause);
  store<u64>(cpu + RV_TVAL, value);
  store<i32>(cpu + S_FAULT, FAULT_EXCEPTION);
  return FAULT_EXCEPTION;
}

/** Helper: the encoding goes to xtval. */
export function riscv_illegal(cpu: i32, encoding: i64, b: i64, c: i64): i64 {
  raise(cpu, ILLEGAL, encoding);
  return 0;
}

export function riscv_ecall(cpu: i32, encoding: i64, b: i64, c: i64): i64 {
  raise(cpu, ECALL_U + load<i32>(cpu + RV_PRIV), 0);
  return 0;
}

/** A call of the host leaves the hart where it is until that is done. */
export function riscv_ebreak(cpu: i32, pc: i64, b: i64, c: i64): i64 {
  if ((load<i32>(cpu + RV_FEATURES) & FEATURE_SEMIHOSTING) != 0 && semihosting(<u32>pc, <u32>(pc >> 32)) != 0) {
    setPc(cpu, pc);
    return 0;
  }
  raise(cpu, BREAKPOINT, pc);
  return 0;
}

export function raisePage(cpu: i32, va: u64, access: i32): i32 {
  return raise(cpu, access == ACCESS_WRITE ? STORE_PAGE : access == ACCESS_EXEC ? FETCH_PAGE : LOAD_PAGE, va);
}

/** There is no memory, or PMP does not allow it. */
export function raiseAccess(cpu: i32, va: u64, access: i32): i32 {
  return raise(cpu, access == ACCESS_WRITE ? STORE_ACCESS : access == ACCESS_EXEC ? FETCH_ACCESS : LOAD_ACCESS, va);
}

/** Hook: see E_HOOK_NO_CODE. A guest whose handler of just this is not in memory either is lost. */
export function noCode(cpu: i32, va: u64): i32 {
  const lost =
    load<i32>(cpu + RV_PRIV) == PRIV_MACHINE &&
    (load<u64>(cpu + RV_MSTATUS) & MIE) == 0 &&
    load<u64>(cpu + RV_MCAUSE) == FETCH_ACCESS &&
    va == (load<u64>(cpu + RV_MTVEC) & ~3);
  return lost ? FAULT_NONE : raiseAccess(cpu, va, ACCESS_EXEC);
}

/** Hook: only atomic accesses have to be aligned. */
export function misaligned(cpu: i32, va: u64, size: i32, access: i32): i32 {
  return raise(cpu, access == ACCESS_WRITE ? STORE_MISALIGNED : LOAD_MISALIGNED, va);
}

// Raising exceptions: the pending one is taken by the hook that delivers.

import { ACCESS_EXEC, ACCESS_WRITE } from "../../../src/layout/access";
import { RV_CAUSE, RV_PRIV, RV_TVAL } from "../../../src/arch/riscv/layout";
import { FAULT_EXCEPTION, S_FAULT } from "../../../src/layout/vcpu";
import {
  BREAKPOINT,
  ECALL_U,
  FETCH_ACCESS,
  FETCH_PAGE,
  ILLEGAL,
  LOAD_ACCESS,
  LOAD_MISALIGNED,
  LOAD_PAGE,
  STORE_ACCESS,
  STORE_MISALIGNED,
  STORE_PAGE,
} from "./bits";

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

export function riscv_ebreak(cpu: i32, pc: i64, b: i64, c: i64): i64 {
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

/** Hook: only atomic accesses have to be aligned. */
export function misaligned(cpu: i32, va: u64, size: i32, access: i32): i32 {
  return raise(cpu, access == ACCESS_WRITE ? STORE_MISALIGNED : LOAD_MISALIGNED, va);
}

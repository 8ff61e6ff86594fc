// WFI, fences of address translation, and what is done to caches.

import { PRIV_SUPERVISOR, PRIV_USER, RV_CAUSE, RV_X } from "../../../src/arch/riscv/layout";
import { FAULT_EXCEPTION, S_HALTED } from "../../../src/layout/vcpu";
import { probeRead } from "../../engine/softmmu/access";
import { dropPage, dropSpace } from "../../engine/softmmu/spaces";
import { flushPage, flushTlb } from "../../engine/softmmu/tlb";
import { fault, mmuIndex, setPc } from "../../engine/state";
import { CBCFE, CBIE, LOAD_PAGE, STORE_ACCESS, STORE_PAGE, TVM, TW } from "./bits";
import { allowed, mstatus, pending, privilege } from "./mode";
import { illegal } from "./trap";

/** The wait that mstatus.TW allows is none (3.1.6.5). */
export function riscv_wfi(cpu: i32, encoding: i64, next: i64, c: i64): i64 {
  const priv = privilege(cpu);
  if (priv == PRIV_USER || (priv == PRIV_SUPERVISOR && (mstatus(cpu) & TW) != 0)) return illegal(cpu, encoding);
  if (pending(cpu) == 0) store<i32>(cpu + S_HALTED, 1);
  setPc(cpu, next);
  return 0;
}

/** SFENCE.VMA, SINVAL.VMA (12.2.1). With an address space, what is global stays. */
export function riscv_sfence(cpu: i32, encoding: i64, va: i64, next: i64): i64 {
  const priv = privilege(cpu);
  const rs1 = (<i32>encoding >> 15) & 31;
  const rs2 = (<i32>encoding >> 20) & 31;
  if (priv == PRIV_USER) return illegal(cpu, encoding);
  const ordering = <i32>encoding >>> 25 == 0x0c;
  if (!ordering && priv == PRIV_SUPERVISOR && (mstatus(cpu) & TVM) != 0) return illegal(cpu, encoding);
  if (!ordering) {
    const space = <i32>load<u64>(cpu + RV_X + (rs2 << 3)) & 0xffff;
    if (rs1 == 0 && rs2 == 0) flushTlb(cpu, false);
    else if (rs1 == 0) dropSpace(cpu, space);
    else if (rs2 == 0) flushPage(cpu, va);
    else dropPage(cpu, space, va);
  }
  setPc(cpu, next);
  return 0;
}

/** CBO.INVAL, CBO.CLEAN, CBO.FLUSH: permission, then the block has to be one that may be read; otherwise it is a store's fault (Zicbom, 19.3.4). */
export function riscv_cbo(cpu: i32, encoding: i64, va: i64, c: i64): i64 {
  if (!allowed(cpu, <i32>encoding >>> 20 == 0 ? CBIE : CBCFE)) return illegal(cpu, encoding);
  if (probeRead(cpu, va, 1, mmuIndex(cpu)) || fault(cpu) != FAULT_EXCEPTION) return 0;
  store<i32>(cpu + RV_CAUSE, load<i32>(cpu + RV_CAUSE) == LOAD_PAGE ? STORE_PAGE : STORE_ACCESS);
  return 0;
}

// What follows from the privilege and mstatus: S_MODE with the MMU mode, and whether an interrupt is due.

import {
  M_CBO_ZERO,
  M_FRM_SHIFT,
  M_FS_ON,
  M_VS_ON,
  MMU_MACHINE,
  MMU_MPRV,
  MMU_SUM,
  MMU_SUPERVISOR,
  MMU_USER,
  PRIV_MACHINE,
  PRIV_SUPERVISOR,
  PRIV_USER,
  RV_FRM,
  RV_LINES,
  RV_MENVCFG,
  RV_MIDELEG,
  RV_MIE,
  RV_MIP,
  RV_MSTATUS,
  RV_PRIV,
  RV_SENVCFG,
  RV_UNIT_SEEN,
} from "../../../src/arch/riscv/layout";
import { MODE_MMU_SHIFT, S_ATTENTION, S_CODE_BASE, S_CODE_MASK, S_MODE } from "../../../src/layout/vcpu";
import { CBZE, FS, MIE, MPP, MPP_SHIFT, MPRV, SIE, SUM, VS } from "./bits";

// @ts-ignore: decorator
@inline export function privilege(cpu: i32): i32 {
  return load<i32>(cpu + RV_PRIV);
}

// @ts-ignore: decorator
@inline export function mstatus(cpu: i32): u64 {
  return load<u64>(cpu + RV_MSTATUS);
}

function mmuOf(priv: i32, status: u64): i32 {
  if (priv == PRIV_MACHINE) return MMU_MACHINE;
  if (priv == PRIV_USER) return MMU_USER;
  return status & SUM ? MMU_SUM : MMU_SUPERVISOR;
}

function dataMmu(cpu: i32): i32 {
  const priv = privilege(cpu);
  const status = mstatus(cpu);
  if (priv != PRIV_MACHINE || (status & MPRV) == 0) return mmuOf(priv, status);
  const mmu = mmuOf(<i32>((status & MPP) >> MPP_SHIFT), status);
  return mmu == MMU_MACHINE ? mmu : mmu + MMU_MPRV;
}

/** Whether `bit` of the environment configuration lets the running privilege do something (3.1.18, 10.1.10). */
export function allowed(cpu: i32, bit: u64): bool {
  const priv = privilege(cpu);
  if (priv == PRIV_MACHINE) return true;
  if ((load<u64>(cpu + RV_MENVCFG) & bit) == 0) return false;
  return priv == PRIV_SUPERVISOR || (load<u64>(cpu + RV_SENVCFG) & bit) != 0;
}

/** To be called whenever something changed that S_MODE is made of. */
export function updateMode(cpu: i32): void {
  let mode = privilege(cpu);
  if (allowed(cpu, CBZE)) mode |= M_CBO_ZERO;
  const seen = privilege(cpu) == PRIV_USER || load<i32>(cpu + RV_UNIT_SEEN) != 0;
  if (seen && (mstatus(cpu) & FS) != 0) mode |= M_FS_ON | (load<i32>(cpu + RV_FRM) << M_FRM_SHIFT);
  if (seen && (mstatus(cpu) & VS) != 0) mode |= M_VS_ON;
  store<i32>(cpu + S_MODE, mode | (dataMmu(cpu) << MODE_MMU_SHIFT));
  store<u64>(cpu + S_CODE_BASE, 0);
  store<u64>(cpu + S_CODE_MASK, -1);
}

export function pending(cpu: i32): u64 {
  return (load<u64>(cpu + RV_MIP) | <u64>load<u32>(cpu + RV_LINES)) & load<u64>(cpu + RV_MIE);
}

/** Interrupts that are taken now, as bits of mip: those of the machine, or, if there are none, of the supervisor (3.1.9). */
export function due(cpu: i32): u64 {
  const all = pending(cpu);
  if (all == 0) return 0;
  const priv = privilege(cpu);
  const status = mstatus(cpu);
  const delegated = load<u64>(cpu + RV_MIDELEG);
  const machine = all & ~delegated;
  if (machine != 0 && (priv != PRIV_MACHINE || (status & MIE) != 0)) return machine;
  if (priv == PRIV_USER || (priv == PRIV_SUPERVISOR && (status & SIE) != 0)) return all & delegated;
  return 0;
}

/** To be called whenever something changed that due() looks at. */
export function updateInterrupts(cpu: i32): void {
  if (due(cpu) != 0) store<i32>(cpu + S_ATTENTION, 1);
}

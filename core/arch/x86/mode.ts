// S_MODE: everything translations depend on, computed anew whenever one of its sources changes.

import { MODE_MMU_SHIFT, MODE_ONE_INSN, S_ALONE, S_CODE_BASE, S_CODE_MASK, S_MODE } from "../../../src/layout/vcpu";
import {
  CS,
  DS,
  ES,
  F_AC,
  F_TF,
  F_VM,
  FS,
  GS,
  M_AC,
  M_CODE32,
  M_CODE64,
  M_CODE_LIMIT,
  M_CODE_SHORT,
  M_CPL_SHIFT,
  M_DEBUG,
  M_EM,
  M_FLAT,
  M_LMA,
  M_MP,
  M_NULL_FS,
  M_NULL_GS,
  M_OSFXSR,
  M_OSXSAVE,
  M_PE,
  M_SEGCHECK,
  M_SS32,
  M_TF,
  M_TS,
  M_VM,
  MMU_SMAP,
  MMU_SUPERVISOR,
  MMU_USER,
  SS,
  X_CPL,
  X_DR,
} from "../../../src/arch/x86/layout";
import {
  A_CODE,
  A_DB,
  A_DOWN,
  A_L,
  A_P,
  A_RW,
  A_S,
  CR0_AM,
  CR0_EM,
  CR0_MP,
  CR0_PE,
  CR0_TS,
  CR4_OSFXSR,
  CR4_OSXSAVE,
  CR4_SMAP,
  EFER_LMA,
} from "./bits";
import { cr0, cr4, efer, segAttr, segBase, segLimit, systemFlags } from "./regs";

export function updateMode(cpu: i32): void {
  const c0 = cr0(cpu);
  const c4 = cr4(cpu);
  const flags = systemFlags(cpu);
  const level = load<i32>(cpu + X_CPL);
  const cs = segAttr(cpu, CS);
  let m = level << M_CPL_SHIFT;
  if (c0 & CR0_PE) m |= M_PE;
  if (c0 & CR0_EM) m |= M_EM;
  if (c0 & CR0_TS) m |= M_TS;
  if (c0 & CR0_MP) m |= M_MP;
  if (c4 & CR4_OSFXSR) m |= M_OSFXSR;
  if (c4 & CR4_OSXSAVE) m |= M_OSXSAVE;
  if (flags & F_VM) m |= M_VM;
  if (flags & F_TF) m |= M_TF;
  if ((flags & F_AC) != 0 && (c0 & CR0_AM) != 0 && level == 3) m |= M_AC;
  const watching = (load<i32>(cpu + X_DR + 56) & 0xff) != 0;
  if (watching) m |= M_DEBUG;
  store<i32>(cpu + S_ALONE, watching ? 1 : 0);
  const long = (efer(cpu) & EFER_LMA) != 0;
  if (long) m |= M_LMA;
  if (long && (cs & A_L) != 0) {
    m |= M_CODE64 | M_FLAT;
    store<u64>(cpu + S_CODE_BASE, 0);
    store<u64>(cpu + S_CODE_MASK, 0xffffffffffffffff);
  } else {
    if (cs & A_DB) m |= M_CODE32;
    const limit = segLimit(cpu, CS);
    if (limit != 0xffffffff) m |= limit < 0xffff ? M_CODE_LIMIT | M_CODE_SHORT : M_CODE_LIMIT;
    if (segAttr(cpu, SS) & A_DB) m |= M_SS32;
    if ((segBase(cpu, ES) | segBase(cpu, SS) | segBase(cpu, DS)) == 0) m |= M_FLAT;
    if (!(flat(cpu, ES) && flat(cpu, SS) && flat(cpu, DS) && flatOrUnused(cpu, FS) && flatOrUnused(cpu, GS)))
      m |= M_SEGCHECK;
    if (segAttr(cpu, FS) == 0) m |= M_NULL_FS;
    if (segAttr(cpu, GS) == 0) m |= M_NULL_GS;
    store<u64>(cpu + S_CODE_BASE, segBase(cpu, CS));
    store<u64>(cpu + S_CODE_MASK, 0xffffffff);
  }
  const mmu = level == 3 ? MMU_USER : (c4 & CR4_SMAP) != 0 && (flags & F_AC) == 0 ? MMU_SMAP : MMU_SUPERVISOR;
  store<i32>(cpu + S_MODE, m | (mmu << MODE_MMU_SHIFT) | (load<i32>(cpu + S_MODE) & MODE_ONE_INSN));
}

/** Present writable data segment of 4 GiB that grows up: no check can fail. */
function flat(cpu: i32, n: i32): bool {
  return (
    (segAttr(cpu, n) & (A_P | A_S | A_CODE | A_DOWN | A_RW)) == (A_P | A_S | A_RW) && segLimit(cpu, n) == 0xffffffff
  );
}

/** FS and GS are null in most programs: M_NULL_FS and M_NULL_GS see to them. */
function flatOrUnused(cpu: i32, n: i32): bool {
  return segAttr(cpu, n) == 0 || flat(cpu, n);
}

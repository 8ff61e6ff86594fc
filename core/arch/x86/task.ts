// Task switches through 16- and 32-bit TSSs (Intel SDM volume 3, 7.3). Checks of the TSSs come before anything is changed; those of
// the new task's segments fault in the new task.

import { FAULT_RETRY, S_ATTENTION, S_ONE_INSN, S_PC } from "../../../src/layout/vcpu";
import {
  CS,
  DS,
  ES,
  FS,
  F_NT,
  F_VM,
  GS,
  LDTR,
  SEG_ATTR,
  SEG_SEL,
  SS,
  TR,
  X_CPL,
  X_CR0,
  X_CR3,
  X_DB_PENDING,
  X_DR,
  X_DR_HIT,
} from "../../../src/arch/x86/layout";
import { setFault } from "../../engine/state";
import { flushTlb } from "../../engine/softmmu/tlb";
import { ld16, ld32, ld8, probeRead, probeWrite, st16, st32, st8 } from "../../engine/softmmu/access";
import { A_RW, CR0_PG, CR0_TS, CR4_PAE, F_ALL, T_LDT, T_TSS16, T_TSS16_BUSY, T_TSS32, T_TSS32_BUSY } from "./bits";
import {
  descAttr,
  descBase,
  descDpl,
  descIsCode,
  descIsConforming,
  descIsStack,
  descIsSystem,
  descLimit,
  descPresent,
  descType,
  descriptorAddress,
  loadHidden,
  loadNull,
  loadV86,
  markAccessed,
  readDescriptor,
} from "./descriptor";
import { DR6_BT } from "./debug";
import { setFlags } from "./flags";
import { loadPdptes } from "./paging";
import { raiseGP, raiseNP, raiseSS, raiseTS } from "./raise";
import {
  cr0,
  cr4,
  faulted,
  gpr,
  jumpTo,
  seg,
  segAttr,
  segBase,
  segLimit,
  segSel,
  setGpr,
  setSp,
  systemMmu,
} from "./regs";
import { openCurrent, openMask, push, stackPointer } from "./stack";

export const TASK_JUMP: i32 = 0;
export const TASK_CALL: i32 = 1;
export const TASK_INT: i32 = 2;
export const TASK_IRET: i32 = 3;

const NONE: u64 = 0xffffffffffffffff;

/** Switches to the task of a TSS selector. `pc` and `image` (EFLAGS) are saved in the old TSS. Kind TASK_INT pushes an error code in
 *  the new task if there is one. False with S_FAULT set, and nothing changed, when the TSSs will not do. True with S_FAULT set: the fault is the
 *  new task's, not the instruction's, which is complete. */
export function switchTask(cpu: i32, selector: i32, kind: i32, pc: u64, hasError: bool, error: i32, image: i32): bool {
  // Once the old task is saved nothing of this can be repeated.
  if (!load<i32>(cpu + S_ONE_INSN)) {
    setFault(cpu, FAULT_RETRY);
    return false;
  }
  const back = kind == TASK_IRET;
  const name = selector & ~3;
  const address = selector & 4 ? NONE : descriptorAddress(cpu, selector, 8);
  const d = address == NONE ? 0 : readDescriptor(cpu, address);
  if (faulted(cpu)) return false;
  const type = descType(d);
  const rightType = back ? type == T_TSS32_BUSY || type == T_TSS16_BUSY : type == T_TSS32 || type == T_TSS16;
  if (address == NONE || name == 0 || !descIsSystem(d) || !rightType) {
    if (back) raiseTS(cpu, name);
    else raiseGP(cpu, name);
    return false;
  }
  if (!descPresent(d)) {
    raiseNP(cpu, name);
    return false;
  }
  const new32 = (type & 8) != 0;
  if (descLimit(d) < (new32 ? 0x67 : 0x2b)) {
    raiseTS(cpu, name);
    return false;
  }
  const mmu = systemMmu(cpu);
  const old32 = (segAttr(cpu, TR) & 8) != 0;
  const oldBase = segBase(cpu, TR);
  const newBase = descBase(d);
  const oldSelector = segSel(cpu, TR);
  const oldAt = descriptorAddress(cpu, oldSelector, 8);
  if (segLimit(cpu, TR) < (old32 ? 0x5f : 0x29)) {
    raiseTS(cpu, oldSelector & ~3);
    return false;
  }
  if (!probeWrite(cpu, oldBase, old32 ? 0x60 : 0x2a, mmu)) return false;
  if (kind == TASK_CALL || kind == TASK_INT ? !probeWrite(cpu, newBase, 2, mmu) : !probeRead(cpu, newBase, 2, mmu))
    return false;
  if (!probeRead(cpu, newBase, new32 ? 0x68 : 0x2c, mmu)) return false;
  if (!probeWrite(cpu, address + 5, 1, mmu)) return false;
  if (oldAt != NONE && !probeWrite(cpu, oldAt + 5, 1, mmu)) return false;

  if ((kind == TASK_JUMP || back) && oldAt != NONE) st8(cpu, oldAt + 5, ld8(cpu, oldAt + 5, mmu) & ~2, mmu);
  saveTask(cpu, oldBase, old32, pc, back ? image & ~F_NT : image, mmu);
  if (kind == TASK_CALL || kind == TASK_INT) st16(cpu, newBase, oldSelector, mmu);
  if (!back) st8(cpu, address + 5, ld8(cpu, address + 5, mmu) | 2, mmu);
  if (faulted(cpu)) return false;
  loadHidden(cpu, TR, selector, d);
  store<i32>(seg(cpu, TR) + SEG_ATTR, descAttr(d) | 2);
  store<i32>(cpu + X_CR0, load<i32>(cpu + X_CR0) | CR0_TS);
  // Local breakpoints belong to the old task.
  store<i32>(cpu + X_DR + 56, load<i32>(cpu + X_DR + 56) & ~0x155);
  loadTask(cpu, newBase, new32, kind == TASK_CALL || kind == TASK_INT, mmu);
  if (!faulted(cpu) && hasError) {
    openCurrent(cpu);
    push(cpu, new32 ? 4 : 2, <u64>(<u32>error));
    if (!faulted(cpu)) setSp(cpu, stackPointer(cpu), openMask(cpu));
  }
  return true;
}

function saveTask(cpu: i32, base: u64, wide: bool, pc: u64, image: i32, mmu: i32): void {
  if (wide) {
    st32(cpu, base + 0x20, <u32>pc, mmu);
    st32(cpu, base + 0x24, image, mmu);
    for (let i = 0; i < 8; i++) st32(cpu, base + 0x28 + 4 * i, <u32>gpr(cpu, i), mmu);
    for (let i = 0; i < 6; i++) st16(cpu, base + 0x48 + 4 * i, segSel(cpu, i), mmu);
  } else {
    st16(cpu, base + 0x0e, <u32>pc, mmu);
    st16(cpu, base + 0x10, image, mmu);
    for (let i = 0; i < 8; i++) st16(cpu, base + 0x12 + 2 * i, <u32>gpr(cpu, i), mmu);
    for (let i = 0; i < 4; i++) st16(cpu, base + 0x22 + 2 * i, segSel(cpu, i), mmu);
  }
}

function loadTask(cpu: i32, base: u64, wide: bool, nested: bool, mmu: i32): void {
  const pc: u64 = wide ? ld32(cpu, base + 0x20, mmu) : ld16(cpu, base + 0x0e, mmu);
  let flags: i32 = wide ? ld32(cpu, base + 0x24, mmu) : ld16(cpu, base + 0x10, mmu);
  for (let i = 0; i < 8; i++)
    setGpr(cpu, i, wide ? ld32(cpu, base + 0x28 + 4 * i, mmu) : 0xffff0000 | ld16(cpu, base + 0x12 + 2 * i, mmu));
  for (let i = 0; i < 6; i++) {
    const selector = wide ? ld16(cpu, base + 0x48 + 4 * i, mmu) : i < 4 ? ld16(cpu, base + 0x22 + 2 * i, mmu) : 0;
    loadNull(cpu, i, selector);
  }
  const ldt = wide ? ld16(cpu, base + 0x60, mmu) : ld16(cpu, base + 0x2a, mmu);
  const trap = wide && (ld16(cpu, base + 0x64, mmu) & 1) != 0;
  const cr3: u64 = wide ? ld32(cpu, base + 0x1c, mmu) : 0;
  if (faulted(cpu)) return;
  if (wide && (cr0(cpu) & CR0_PG) != 0) {
    if ((cr4(cpu) & CR4_PAE) != 0 && !loadPdptes(cpu, cr3)) {
      raiseGP(cpu, 0);
      return;
    }
    store<u64>(cpu + X_CR3, cr3);
    flushTlb(cpu, true);
  }
  if (nested) flags |= F_NT;
  jumpTo(cpu, pc);
  const v86 = (flags & F_VM) != 0;
  store<i32>(cpu + X_CPL, v86 ? 3 : segSel(cpu, CS) & 3);
  setFlags(cpu, flags & F_ALL);
  loadNull(cpu, LDTR, ldt);
  if (trap) {
    store<i64>(cpu + X_DR_HIT, load<i64>(cpu + X_DR_HIT) | DR6_BT);
    store<i32>(cpu + X_DB_PENDING, 1);
    store<i32>(cpu + S_ATTENTION, 1);
  }
  if (ldt & ~3) {
    const at = ldt & 4 ? NONE : descriptorAddress(cpu, ldt, 8);
    const d = at == NONE ? 0 : readDescriptor(cpu, at);
    if (faulted(cpu)) return;
    if (at == NONE || !descIsSystem(d) || descType(d) != T_LDT || !descPresent(d)) {
      raiseTS(cpu, ldt & ~3);
      return;
    }
    loadHidden(cpu, LDTR, ldt, d);
    store<i32>(seg(cpu, LDTR) + SEG_ATTR, descAttr(d));
  }
  if (v86) for (let i = 0; i < 6; i++) loadV86(cpu, i, segSel(cpu, i));
  else {
    loadTaskSegment(cpu, SS);
    loadTaskSegment(cpu, CS);
    loadTaskSegment(cpu, DS);
    loadTaskSegment(cpu, ES);
    loadTaskSegment(cpu, FS);
    loadTaskSegment(cpu, GS);
  }
  setFlags(cpu, flags & F_ALL);
  if (!faulted(cpu) && load<u64>(cpu + S_PC) > segLimit(cpu, CS)) raiseGP(cpu, 0);
}

/** Checks and loads the hidden part for the selector already in segment register n (SDM volume 3, 7.3, table 7-1). */
function loadTaskSegment(cpu: i32, n: i32): void {
  if (faulted(cpu)) return;
  const selector = load<i32>(seg(cpu, n) + SEG_SEL);
  const name = selector & ~3;
  const level = load<i32>(cpu + X_CPL);
  if (name == 0) {
    if (n == CS || n == SS) raiseTS(cpu, 0);
    return;
  }
  const at = descriptorAddress(cpu, selector, 8);
  const d = at == NONE ? 0 : readDescriptor(cpu, at);
  if (faulted(cpu)) return;
  const rpl = selector & 3;
  const dpl = descDpl(d);
  let ok = at != NONE && !descIsSystem(d);
  if (n == CS) ok = ok && descIsCode(d) && (descIsConforming(d) ? dpl <= rpl : dpl == rpl);
  else if (n == SS) ok = ok && descIsStack(d) && dpl == level && rpl == level;
  else
    ok = ok && (!descIsCode(d) || (descAttr(d) & A_RW) != 0) && (descIsConforming(d) || (rpl <= dpl && level <= dpl));
  if (!ok) {
    raiseTS(cpu, name);
    return;
  }
  if (!descPresent(d)) {
    if (n == SS) raiseSS(cpu, name);
    else raiseNP(cpu, name);
    return;
  }
  if (markAccessed(cpu, at, d)) loadHidden(cpu, n, selector, d);
}

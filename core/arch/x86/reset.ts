// State after RESET and INIT (Intel SDM volume 3, table 10-1; AMD APM volume 2, table 14-1), and what the machine calls after it has
// changed state from outside.

import {
  FAULT_NONE,
  S_ATTENTION,
  S_FAULT,
  S_HALTED,
  S_INHIBIT,
  S_LAST_EVENT,
  S_MODE,
  S_PC,
} from "../../../src/layout/vcpu";
import {
  CS,
  LDTR,
  RDX,
  SEG_ATTR,
  SEG_BASE,
  SEG_LIMIT,
  SEG_SEL,
  TR,
  X_A20_OFF,
  X_APIC_BASE,
  X_CC_OP,
  X_CC_SRC,
  X_CR0,
  X_CR2,
  X_CR3,
  X_CR4,
  X_CSTAR,
  X_DB_PENDING,
  X_DF,
  X_DR,
  X_DR_HIT,
  X_EFER,
  X_EXC_NESTING,
  X_FCS,
  X_FCW,
  X_FDP,
  X_FDS,
  X_FIP,
  X_FLAGS,
  X_FOP,
  X_FPR,
  X_FSW,
  X_FTAG,
  X_FTOP,
  X_GDT_BASE,
  X_GDT_LIMIT,
  X_GPR,
  X_IDT_BASE,
  X_IDT_LIMIT,
  X_INIT,
  X_IRQ,
  X_KERNEL_GS,
  X_LSTAR,
  X_MISC_ENABLE,
  X_MSR_STORE,
  X_MSR_STORE_SIZE,
  X_MXCSR,
  X_NMI,
  X_NMI_BLOCKED,
  X_CPL,
  X_PAT,
  X_SFMASK,
  X_STAR,
  X_SYSENTER_CS,
  X_SYSENTER_EIP,
  X_SYSENTER_ESP,
  X_TSC_AUX,
  X_TSC_OFFSET,
  X_XCR0,
  X_XMM,
  X_REPEATING,
  X_SS_SHADOW,
} from "../../../src/arch/x86/layout";
import { flushTlb } from "../../engine/softmmu/tlb";
import { CR0_CD, CR0_ET, CR0_NW, CR0_PG, CR4_PAE, EFER_LMA } from "./bits";
import { signature } from "./cpuid";
import { updateMode } from "./mode";
import { loadPdptes } from "./paging";
import { eventPending } from "./pending";
import { cr0, cr4, efer, seg } from "./regs";
import { virtualTime } from "../../engine/time";

function setSegment(cpu: i32, n: i32, selector: i32, base: u64, limit: u64, attr: i32): void {
  const s = seg(cpu, n);
  store<i32>(s + SEG_SEL, selector);
  store<u64>(s + SEG_BASE, base);
  store<u64>(s + SEG_LIMIT, limit);
  store<i32>(s + SEG_ATTR, attr);
}

/** Puts the processor into its state after RESET. The CPUID table and feature words stay. */
export function x86_reset(cpu: i32): void {
  store<u64>(cpu + X_STAR, 0);
  store<u64>(cpu + X_LSTAR, 0);
  store<u64>(cpu + X_CSTAR, 0);
  store<u64>(cpu + X_SFMASK, 0);
  store<u64>(cpu + X_KERNEL_GS, 0);
  store<u64>(cpu + X_SYSENTER_CS, 0);
  store<u64>(cpu + X_SYSENTER_ESP, 0);
  store<u64>(cpu + X_SYSENTER_EIP, 0);
  store<u64>(cpu + X_TSC_AUX, 0);
  store<u64>(cpu + X_PAT, 0x0007040600070406);
  store<u64>(cpu + X_APIC_BASE, 0xfee00900);
  store<u64>(cpu + X_TSC_OFFSET, 0 - <u64>virtualTime(cpu));
  store<u64>(cpu + X_MISC_ENABLE, 1);
  memory.fill(cpu + X_MSR_STORE, 0, X_MSR_STORE_SIZE);
  store<u64>(cpu + X_XCR0, 1);
  store<i32>(cpu + X_IRQ, 0);
  store<i32>(cpu + X_A20_OFF, 0);
  resetX87(cpu);
  store<i32>(cpu + X_MXCSR, 0x1f80);
  memory.fill(cpu + X_XMM, 0, 256);
  store<u64>(cpu + X_CR0, CR0_CD | CR0_NW);
  store<i32>(cpu + S_ATTENTION, 0);
  initialise(cpu);
}

/** FCW is not as FNINIT leaves it. */
function resetX87(cpu: i32): void {
  memory.fill(cpu + X_FPR, 0, 128);
  store<i32>(cpu + X_FCW, 0x40);
  store<i32>(cpu + X_FSW, 0);
  store<i32>(cpu + X_FTOP, 0);
  store<i32>(cpu + X_FTAG, 0);
  store<u64>(cpu + X_FIP, 0);
  store<u64>(cpu + X_FDP, 0);
  store<i32>(cpu + X_FOP, 0);
  store<i32>(cpu + X_FCS, 0);
  store<i32>(cpu + X_FDS, 0);
}

/**
 * What RESET and INIT have in common; INIT does nothing else. It keeps the x87, MMX and SSE registers, XCR0, the TSC and all other
 * model-specific registers but EFER, and CR0's cache bits. The interrupt line is the controllers' affair. EDX is CPUID 1.EAX.
 */
export function initialise(cpu: i32): void {
  memory.fill(cpu + X_GPR, 0, 128);
  store<u64>(cpu + RDX, signature(cpu));
  store<i32>(cpu + X_CC_OP, 0);
  store<u64>(cpu + X_CC_SRC, 0);
  store<i32>(cpu + X_DF, 1);
  store<u64>(cpu + X_FLAGS, 2);
  for (let i = 0; i < 6; i++) setSegment(cpu, i, 0, 0, 0xffff, 0x93);
  setSegment(cpu, CS, 0xf000, 0xffff0000, 0xffff, 0x9b);
  setSegment(cpu, LDTR, 0, 0, 0xffff, 0x82);
  setSegment(cpu, TR, 0, 0, 0xffff, 0x8b);
  store<u64>(cpu + X_GDT_BASE, 0);
  store<i32>(cpu + X_GDT_LIMIT, 0xffff);
  store<u64>(cpu + X_IDT_BASE, 0);
  store<i32>(cpu + X_IDT_LIMIT, 0xffff);
  store<u64>(cpu + X_CR0, <u64>(<u32>((cr0(cpu) & (CR0_CD | CR0_NW)) | CR0_ET)));
  store<u64>(cpu + X_CR2, 0);
  store<u64>(cpu + X_CR3, 0);
  store<u64>(cpu + X_CR4, 0);
  store<u64>(cpu + X_EFER, 0);
  memory.fill(cpu + X_DR, 0, 64);
  store<u64>(cpu + X_DR + 48, 0xffff0ff0);
  store<u64>(cpu + X_DR + 56, 0x400);
  store<i32>(cpu + X_CPL, 0);
  store<i32>(cpu + X_INIT, 0);
  store<i32>(cpu + X_NMI, 0);
  store<i32>(cpu + X_NMI_BLOCKED, 0);
  store<i32>(cpu + X_EXC_NESTING, -1);
  store<u64>(cpu + X_DR_HIT, 0);
  store<i32>(cpu + X_DB_PENDING, 0);
  store<i64>(cpu + X_SS_SHADOW, -1);
  store<i32>(cpu + X_REPEATING, 0);
  store<u64>(cpu + S_PC, 0xfff0);
  store<i32>(cpu + S_FAULT, FAULT_NONE);
  store<i64>(cpu + S_LAST_EVENT, -1);
  store<i32>(cpu + S_INHIBIT, 0);
  store<i32>(cpu + S_HALTED, 0);
  store<i32>(cpu + S_MODE, 0);
  x86_update(cpu);
}

/** After state was changed from outside (loaders, monitor, gdb): mode, TLB, page-directory-pointer registers, events that
 *  have become deliverable. */
export function x86_update(cpu: i32): void {
  if ((cr0(cpu) & CR0_PG) != 0 && (cr4(cpu) & CR4_PAE) != 0 && (efer(cpu) & EFER_LMA) == 0)
    loadPdptes(cpu, load<u64>(cpu + X_CR3));
  flushTlb(cpu, false);
  updateMode(cpu);
  if (eventPending(cpu)) store<i32>(cpu + S_ATTENTION, 1);
}

// Control and debug registers, CLTS, LMSW, INVLPG, INVPCID, XCR0, HLT (Intel SDM volume 2, MOV CR, MOV DR; volume 3, 2.5, 4.10.4).

import { S_HALTED } from "../../../src/layout/vcpu";
import {
  CS,
  F_RF,
  RAX,
  RCX,
  RDX,
  TR,
  X_CR0,
  X_CR2,
  X_CR3,
  X_CR4,
  X_DR,
  X_EFER,
  X_FLAGS,
  X_GDT_BASE,
  X_GDT_LIMIT,
  X_IDT_BASE,
  X_IDT_LIMIT,
  X_XCR0,
} from "../../../src/arch/x86/layout";
import { guestCall } from "./host";
import { HOST_TPR_GET, HOST_TPR_SET } from "../../../src/arch/x86/host-calls";
import { flushPage, flushTlb } from "../../engine/softmmu/tlb";
import { ld64, probeRead } from "../../engine/softmmu/access";
import {
  A_L,
  CR0_CD,
  CR0_ET,
  CR0_MASK,
  CR0_NW,
  CR0_PE,
  CR0_PG,
  CR0_TS,
  CR0_WP,
  CR4_DE,
  CR4_FSGSBASE,
  CR4_MCE,
  CR4_OSFXSR,
  CR4_OSXMMEXCPT,
  CR4_OSXSAVE,
  CR4_PAE,
  CR4_PCE,
  CR4_PCIDE,
  CR4_PGE,
  CR4_PSE,
  CR4_PVI,
  CR4_SMAP,
  CR4_SMEP,
  CR4_TSD,
  CR4_UMIP,
  CR4_VME,
  EFER_LMA,
  EFER_LME,
  PHYS_BITS,
} from "./bits";
import { DR6_BD, DR6_FIXED, raiseDebugFault } from "./debug";
import { raiseGP, raiseUD } from "./raise";
import { inUse } from "./fpustate";
import { updateMode } from "./mode";
import { loadPdptes } from "./paging";
import { canonical, cpl, cr0, cr4, efer, feature, isCode64, isLong, jumpTo, segAttr } from "./regs";
import { mmuIndex } from "../../engine/state";

// ---- control registers ---------------------------------------------------------------------------------------------------------

/** Helper: a = number of the control register; its value. */
export function x86_read_cr(cpu: i32, a: i64, b: i64, c: i64): i64 {
  switch (<i32>a) {
    case 0:
      return load<i64>(cpu + X_CR0);
    case 2:
      return load<i64>(cpu + X_CR2);
    case 3:
      return load<i64>(cpu + X_CR3);
    case 4:
      return load<i64>(cpu + X_CR4);
    case 8:
      return <i64>guestCall(HOST_TPR_GET, 0, 0) & 15;
  }
  return raiseUD(cpu);
}

/** Helper: a = number, b = value. The block has to end after it: the mode may have changed. */
export function x86_write_cr(cpu: i32, a: i64, value: i64, c: i64): i64 {
  const v = isCode64(cpu) ? <u64>value : <u64>value & 0xffffffff;
  switch (<i32>a) {
    case 0:
      writeCr0(cpu, v);
      break;
    case 2:
      store<u64>(cpu + X_CR2, v);
      break;
    case 3:
      writeCr3(cpu, v);
      break;
    case 4:
      writeCr4(cpu, v);
      break;
    case 8:
      if (v > 15) raiseGP(cpu, 0);
      else guestCall(HOST_TPR_SET, <u32>v, 0);
      break;
    default:
      raiseUD(cpu);
  }
  return 0;
}

function writeCr0(cpu: i32, value: u64): void {
  const old = cr0(cpu);
  const v = (<i32>value & CR0_MASK) | CR0_ET;
  const paging = (v & CR0_PG) != 0;
  if (value >> 32 != 0 || (paging && (v & CR0_PE) == 0) || ((v & CR0_NW) != 0 && (v & CR0_CD) == 0)) {
    raiseGP(cpu, 0);
    return;
  }
  const e = efer(cpu);
  const turnOn = paging && (old & CR0_PG) == 0;
  const turnOff = !paging && (old & CR0_PG) != 0;
  if (turnOn && (e & EFER_LME) != 0) {
    if ((cr4(cpu) & CR4_PAE) == 0 || (segAttr(cpu, CS) & A_L) != 0 || (segAttr(cpu, TR) & 15) == 3) {
      raiseGP(cpu, 0);
      return;
    }
  } else if (
    paging &&
    (e & EFER_LMA) == 0 &&
    (cr4(cpu) & CR4_PAE) != 0 &&
    ((old ^ v) & (CR0_PG | CR0_CD | CR0_NW)) != 0
  ) {
    if (!loadPdptes(cpu, load<u64>(cpu + X_CR3))) {
      raiseGP(cpu, 0);
      return;
    }
  }
  if (turnOff && (isCode64(cpu) || (cr4(cpu) & CR4_PCIDE) != 0)) {
    raiseGP(cpu, 0);
    return;
  }
  if (turnOn && (e & EFER_LME) != 0) store<i32>(cpu + X_EFER, e | EFER_LMA);
  if (turnOff) store<i32>(cpu + X_EFER, e & ~EFER_LMA);
  store<u64>(cpu + X_CR0, <u64>(<u32>v));
  if ((old ^ v) & (CR0_PG | CR0_WP | CR0_PE)) flushTlb(cpu, false);
  updateMode(cpu);
}

function writeCr3(cpu: i32, value: u64): void {
  let v = value;
  if (isLong(cpu)) {
    // Bit 63: keep this PCID's translations. The TLB holds one address space at a time, so they go in any case.
    if (cr4(cpu) & CR4_PCIDE) v &= 0x7fffffffffffffff;
    if (v >> PHYS_BITS != 0) {
      raiseGP(cpu, 0);
      return;
    }
  } else if ((cr0(cpu) & CR0_PG) != 0 && (cr4(cpu) & CR4_PAE) != 0 && !loadPdptes(cpu, v)) {
    raiseGP(cpu, 0);
    return;
  }
  store<u64>(cpu + X_CR3, v);
  flushTlb(cpu, true);
}

/** Bits of CR4 that the features offered allow. */
function cr4Allowed(cpu: i32): i32 {
  let mask = CR4_TSD | CR4_PCE;
  if (feature(cpu, 1, 1)) mask |= CR4_VME | CR4_PVI;
  if (feature(cpu, 1, 2)) mask |= CR4_DE;
  if (feature(cpu, 1, 3)) mask |= CR4_PSE;
  if (feature(cpu, 1, 6)) mask |= CR4_PAE;
  if (feature(cpu, 1, 7)) mask |= CR4_MCE;
  if (feature(cpu, 1, 13)) mask |= CR4_PGE;
  if (feature(cpu, 1, 24)) mask |= CR4_OSFXSR;
  if (feature(cpu, 1, 25)) mask |= CR4_OSXMMEXCPT;
  if (feature(cpu, 0, 17)) mask |= CR4_PCIDE;
  if (feature(cpu, 0, 26)) mask |= CR4_OSXSAVE;
  if (feature(cpu, 2, 0)) mask |= CR4_FSGSBASE;
  if (feature(cpu, 2, 7)) mask |= CR4_SMEP;
  if (feature(cpu, 2, 20)) mask |= CR4_SMAP;
  if (feature(cpu, 3, 2)) mask |= CR4_UMIP;
  return mask;
}

function writeCr4(cpu: i32, value: u64): void {
  const old = cr4(cpu);
  const v = <i32>value;
  const long = isLong(cpu);
  let bad = value >> 32 != 0 || (v & ~cr4Allowed(cpu)) != 0 || (long && (v & CR4_PAE) == 0);
  if ((v & ~old & CR4_PCIDE) != 0 && (!long || (load<i32>(cpu + X_CR3) & 0xfff) != 0)) bad = true;
  const paging = CR4_PAE | CR4_PGE | CR4_PSE | CR4_SMEP;
  if (!bad && !long && (cr0(cpu) & CR0_PG) != 0 && (v & CR4_PAE) != 0 && ((old ^ v) & paging) != 0) {
    bad = !loadPdptes(cpu, load<u64>(cpu + X_CR3));
  }
  if (bad) {
    raiseGP(cpu, 0);
    return;
  }
  store<u64>(cpu + X_CR4, <u64>(<u32>v));
  if ((old ^ v) & (paging | CR4_SMAP | CR4_PCIDE)) flushTlb(cpu, false);
  updateMode(cpu);
}

/** Helper CLTS. */
export function x86_clts(cpu: i32, a: i64, b: i64, c: i64): i64 {
  store<i32>(cpu + X_CR0, cr0(cpu) & ~CR0_TS);
  updateMode(cpu);
  return 0;
}

/** Helper LMSW: a = the word. PE can be set but not cleared. */
export function x86_lmsw(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const old = cr0(cpu);
  writeCr0(cpu, <u64>(<u32>((old & ~14) | (<i32>a & 15))));
  return 0;
}

/** #GP(0) for SGDT, SIDT, SLDT, STR, SMSW when CR4.UMIP is set and CPL is not 0. Result unused. */
export function x86_umip(cpu: i32, a: i64, b: i64, c: i64): i64 {
  return (cr4(cpu) & CR4_UMIP) != 0 && cpl(cpu) != 0 ? raiseGP(cpu, 0) : 0;
}

// ---- descriptor-table registers ---------------------------------------------------------------------------------------------------

/** Helper LGDT (a = 0), LIDT (a = 1): b = base, c = limit. */
export function x86_load_table(cpu: i32, a: i64, base: i64, limit: i64): i64 {
  if (isCode64(cpu) && !canonical(base)) return raiseGP(cpu, 0);
  store<i64>(cpu + (a ? X_IDT_BASE : X_GDT_BASE), base);
  store<i32>(cpu + (a ? X_IDT_LIMIT : X_GDT_LIMIT), <i32>limit & 0xffff);
  return 0;
}

// ---- TLB ----------------------------------------------------------------------------------------------------------------------------

/** Helper INVLPG: a = linear address. */
export function x86_invlpg(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!isCode64(cpu) || canonical(a)) flushPage(cpu, a);
  return 0;
}

/** Helper INVPCID: a = linear address of the descriptor, b = type. */
export function x86_invpcid(cpu: i32, a: i64, type: i64, c: i64): i64 {
  const mmu = mmuIndex(cpu);
  if (!probeRead(cpu, a, 16, mmu)) return 0;
  const pcid = ld64(cpu, a, mmu);
  const va = ld64(cpu, a + 8, mmu);
  if (<u64>type > 3) return raiseGP(cpu, 0);
  if (type < 2) {
    if (pcid >> 12 != 0 || (pcid != 0 && (cr4(cpu) & CR4_PCIDE) == 0)) return raiseGP(cpu, 0);
    if (type == 0 && !canonical(va)) return raiseGP(cpu, 0);
  }
  if (type == 0) flushPage(cpu, va);
  else flushTlb(cpu, type != 2);
  return 0;
}

// ---- debug registers ------------------------------------------------------------------------------------------------------------------

/** #UD for DR4 and DR5 with CR4.DE, #DB with DR7.GD: true where one was raised. */
function drFault(cpu: i32, n: i32): bool {
  if ((n & 6) == 4 && (cr4(cpu) & CR4_DE) != 0) {
    raiseUD(cpu);
    return true;
  }
  if (load<i32>(cpu + X_DR + 56) & 0x2000) {
    // GD is cleared so that the handler can use the registers.
    store<i32>(cpu + X_DR + 56, load<i32>(cpu + X_DR + 56) & ~0x2000);
    raiseDebugFault(cpu, DR6_BD, 0);
    return true;
  }
  return false;
}

function drNumber(n: i32): i32 {
  return (n & 6) == 4 ? n + 2 : n;
}

/** Helper: a = number 0 to 7; the value. */
export function x86_read_dr(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (drFault(cpu, <i32>a)) return 0;
  return load<i64>(cpu + X_DR + (drNumber(<i32>a) << 3));
}

/** Helper: a = number, b = value. Ends the block. */
export function x86_write_dr(cpu: i32, a: i64, value: i64, c: i64): i64 {
  if (drFault(cpu, <i32>a)) return 0;
  const n = drNumber(<i32>a);
  let v = isCode64(cpu) ? <u64>value : <u64>value & 0xffffffff;
  if (n >= 6) {
    if (v >> 32 != 0) return raiseGP(cpu, 0);
    v = n == 6 ? (v & 0xe00f) | <u64>(<u32>DR6_FIXED) : (v & 0xffff23ff) | 0x400;
  }
  store<u64>(cpu + X_DR + (n << 3), v);
  store<i32>(cpu + X_FLAGS, load<i32>(cpu + X_FLAGS) & ~F_RF);
  updateMode(cpu);
  return 0;
}

// ---- XCR0 -----------------------------------------------------------------------------------------------------------------------------------

/** Helper XGETBV: EDX:EAX from ECX. */
export function x86_xgetbv(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if ((cr4(cpu) & CR4_OSXSAVE) == 0) return raiseUD(cpu);
  const n = load<u32>(cpu + RCX);
  if (n != 0 && !(n == 1 && feature(cpu, 6, 2))) return raiseGP(cpu, 0);
  let value = load<u64>(cpu + X_XCR0);
  if (n == 1) value &= inUse(cpu);
  store<u64>(cpu + RAX, value & 0xffffffff);
  store<u64>(cpu + RDX, value >> 32);
  return 0;
}

/** Helper XSETBV: x87 always, SSE optional. */
export function x86_xsetbv(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if ((cr4(cpu) & CR4_OSXSAVE) == 0) return raiseUD(cpu);
  const value = <u64>load<u32>(cpu + RAX) | ((<u64>load<u32>(cpu + RDX)) << 32);
  if (cpl(cpu) != 0 || load<u32>(cpu + RCX) != 0 || (value & 1) == 0 || (value & ~3) != 0) return raiseGP(cpu, 0);
  store<u64>(cpu + X_XCR0, value);
  return 0;
}

// ---- HLT --------------------------------------------------------------------------------------------------------------------

/** Helper HLT: a = program counter after the instruction. */
export function x86_hlt(cpu: i32, next: i64, b: i64, c: i64): i64 {
  jumpTo(cpu, next);
  store<i32>(cpu + S_HALTED, 1);
  return 0;
}

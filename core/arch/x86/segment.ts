// Segment registers: loads with all checks (Intel SDM volume 3, 5.4 to 5.6; volume 2, MOV, LDS, LLDT, LTR, LAR, LSL, VERR, VERW,
// ARPL), limit and type checks of accesses, FS/GS bases.

import { FAULT_RETRY, INHIBIT_ALL, S_INHIBIT } from "../../../src/layout/vcpu";
import {
  LDTR,
  M_DEBUG,
  SEG_ATTR,
  SEG_BASE,
  SEG_SEL,
  SEG_WRITE,
  SS,
  TR,
  X_SS_SHADOW,
} from "../../../src/arch/x86/layout";
import { st16, st8, ld8 } from "../../engine/softmmu/access";
import {
  A_CODE,
  A_DOWN,
  A_P,
  A_RW,
  CR4_FSGSBASE,
  T_CALL16,
  T_CALL32,
  T_LDT,
  T_TASK,
  T_TSS16,
  T_TSS16_BUSY,
  T_TSS32,
  T_TSS32_BUSY,
} from "./bits";
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
  loadReal,
  loadV86,
  markAccessed,
  readDescriptor,
  readHighBase,
  readHighWord,
} from "./descriptor";
import { raiseGP, raiseNP, raiseSS, raiseUD } from "./raise";
import { icount, mmuIndex, mode, setFault } from "../../engine/state";
import { x86_debug_data } from "./debug";
import { updateMode } from "./mode";
import {
  beyondCode,
  canonical,
  cpl,
  cr4,
  faulted,
  isCode64,
  isLong,
  isProtected,
  isV86,
  seg,
  segAttr,
  segBase,
  segLimit,
  systemMmu,
} from "./regs";

const NONE: u64 = 0xffffffffffffffff;

/** Loads a data or stack segment register (not CS). False with S_FAULT set when a check fails. */
export function loadSegment(cpu: i32, n: i32, selector: i32): bool {
  if (!isProtected(cpu)) {
    if (isV86(cpu)) loadV86(cpu, n, selector);
    else loadReal(cpu, n, selector);
    return true;
  }
  const level = cpl(cpu);
  const rpl = selector & 3;
  if ((selector & ~3) == 0) {
    if (n == SS && !(isCode64(cpu) && level != 3 && rpl == level)) {
      raiseGP(cpu, 0);
      return false;
    }
    loadNull(cpu, n, selector);
    return true;
  }
  const error = selector & ~3;
  const address = descriptorAddress(cpu, selector, 8);
  if (address == NONE) {
    raiseGP(cpu, error);
    return false;
  }
  const d = readDescriptor(cpu, address);
  if (faulted(cpu)) return false;
  if (n == SS) {
    if (rpl != level || descDpl(d) != level || !descIsStack(d)) {
      raiseGP(cpu, error);
      return false;
    }
    if (!descPresent(d)) {
      raiseSS(cpu, error);
      return false;
    }
  } else {
    const dpl = descDpl(d);
    const readable = !descIsSystem(d) && (!descIsCode(d) || (descAttr(d) & A_RW) != 0);
    if (!readable || (!descIsConforming(d) && (rpl > dpl || level > dpl))) {
      raiseGP(cpu, error);
      return false;
    }
    if (!descPresent(d)) {
      raiseNP(cpu, error);
      return false;
    }
  }
  if (!markAccessed(cpu, address, d)) return false;
  loadHidden(cpu, n, selector, d);
  return true;
}

/** Helper: a = segment register | 0x100 where the instruction casts a shadow on the next one (MOV SS, POP SS); b = selector. */
export function x86_load_seg(cpu: i32, a: i64, selector: i64, c: i64): i64 {
  if (loadSegment(cpu, <i32>a & 7, <i32>selector & 0xffff)) {
    updateMode(cpu);
    if (a & 0x100) castShadow(cpu);
  }
  return 0;
}

/** Holds off interrupts, single-step and breakpoints for the next instruction, so that SS and ESP are loaded as one (SDM volume 3, 6.8.3). An
 *  instruction that is in such a shadow itself casts none: a row of them cannot hold off everything for good. */
function castShadow(cpu: i32): void {
  const now = icount(cpu);
  if (load<i64>(cpu + X_SS_SHADOW) == now) return;
  store<i64>(cpu + X_SS_SHADOW, now + 1);
  store<i32>(cpu + S_INHIBIT, INHIBIT_ALL);
}

/** Helper: checks an access outside 64-bit mode. a = segment | bytes << 8 | SEG_WRITE for a write; b = offset. */
export function x86_seg_check(cpu: i32, a: i64, offset: i64, c: i64): i64 {
  const n = <i32>a & 7;
  const attr = segAttr(cpu, n);
  const size = <u64>(a >> 8) & 0xfff;
  const first = <u64>offset & 0xffffffff;
  const last = first + size - 1;
  const limit = segLimit(cpu, n);
  let ok = (attr & A_P) != 0;
  if (isProtected(cpu)) {
    if (attr & A_CODE) ok = ok && (a & SEG_WRITE) == 0 && (attr & A_RW) != 0;
    else if (a & SEG_WRITE) ok = ok && (attr & A_RW) != 0;
  }
  if ((attr & (A_CODE | A_DOWN)) == A_DOWN) {
    const top: u64 = attr & 0x4000 ? 0xffffffff : 0xffff;
    if (first <= limit || last > top) ok = false;
  } else if (last > limit) ok = false;
  if (!ok) {
    if (n == SS) raiseSS(cpu, 0);
    else raiseGP(cpu, 0);
  }
  return 0;
}

/** Helper: looks at code before it is executed (SDM volume 3, 5.3). a = program counter, b = bytes from there on, c = 1: they are one instruction.
 *  Of more than one some may lie within the segment: each is then executed on its own. */
export function x86_code_limit(cpu: i32, pc: i64, bytes: i64, alone: i64): i64 {
  if (!beyondCode(cpu, <u64>(pc + bytes - 1))) return 0;
  if (alone) raiseGP(cpu, 0);
  else setFault(cpu, FAULT_RETRY);
  return 0;
}

/** Helper: before a near branch, if b is not 0: a = where it leads. */
export function x86_near_target(cpu: i32, target: i64, taken: i64, c: i64): i64 {
  if (taken && beyondCode(cpu, <u64>target)) raiseGP(cpu, 0);
  return 0;
}

// ---- LDTR and TR ----------------------------------------------------------------------------------------------------------

/** Helper LLDT: a = selector. */
export function x86_lldt(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const selector = <i32>a & 0xffff;
  if ((selector & ~3) == 0) {
    loadNull(cpu, LDTR, selector);
    return 0;
  }
  const long = isLong(cpu);
  const address = selector & 4 ? NONE : descriptorAddress(cpu, selector, long ? 16 : 8);
  if (address == NONE) return raiseGP(cpu, selector & ~3);
  const d = readDescriptor(cpu, address);
  if (faulted(cpu)) return 0;
  if (!descIsSystem(d) || descType(d) != T_LDT) return raiseGP(cpu, selector & ~3);
  if (!descPresent(d)) return raiseNP(cpu, selector & ~3);
  loadSystem(cpu, LDTR, selector, d, address, long);
  return 0;
}

/** Fills LDTR or TR. */
export function loadSystem(cpu: i32, n: i32, selector: i32, d: u64, address: u64, long: bool): void {
  let base = descBase(d);
  if (long) {
    base |= readHighBase(cpu, address);
    if (faulted(cpu)) return;
    if (!canonical(base)) {
      raiseGP(cpu, selector & ~3);
      return;
    }
  }
  loadHidden(cpu, n, selector, d);
  store<u64>(seg(cpu, n) + SEG_BASE, base);
  // Bit 1 of a TSS's type is its busy bit, set in memory by the caller.
  store<i32>(seg(cpu, n) + SEG_ATTR, descAttr(d) | (n == TR ? 2 : 0));
}

/** Helper LTR: a = selector. */
export function x86_ltr(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const selector = <i32>a & 0xffff;
  if ((selector & ~3) == 0) return raiseGP(cpu, 0);
  const long = isLong(cpu);
  const address = selector & 4 ? NONE : descriptorAddress(cpu, selector, long ? 16 : 8);
  if (address == NONE) return raiseGP(cpu, selector & ~3);
  const d = readDescriptor(cpu, address);
  if (faulted(cpu)) return 0;
  const type = descType(d);
  if (!descIsSystem(d) || !(type == T_TSS32 || (type == T_TSS16 && !long))) return raiseGP(cpu, selector & ~3);
  if (!descPresent(d)) return raiseNP(cpu, selector & ~3);
  if (long && (readHighWord(cpu, address) & 0x1f00) != 0) return raiseGP(cpu, selector & ~3);
  if (faulted(cpu)) return 0;
  const mmu = systemMmu(cpu);
  st8(cpu, address + 5, ld8(cpu, address + 5, mmu) | 2, mmu);
  if (faulted(cpu)) return 0;
  loadSystem(cpu, TR, selector, d, address, long);
  return 0;
}

// ---- LAR LSL VERR VERW ARPL ---------------------------------------------------------------------------------------------------

const LAR: i32 = 0;
const LSL: i32 = 1;
const VERR: i32 = 2;
const VERW: i32 = 3;

/** Helper: a = 0 LAR, 1 LSL, 2 VERR, 3 VERW; b = selector. Result: ZF in bit 63, the value below. */
export function x86_probe_segment(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const what = <i32>a;
  const selector = <i32>b & 0xffff;
  if ((selector & ~3) == 0) return 0;
  const address = descriptorAddress(cpu, selector, 8);
  if (address == NONE) return 0;
  const d = readDescriptor(cpu, address);
  if (faulted(cpu)) return 0;
  const dpl = descDpl(d);
  const privileged = descIsConforming(d) || (dpl >= cpl(cpu) && dpl >= (selector & 3));
  if (!privileged) return 0;
  let ok = true;
  if (descIsSystem(d)) ok = what < VERR && systemVisible(cpu, what, descType(d));
  else if (what == VERR) ok = !descIsCode(d) || (descAttr(d) & A_RW) != 0;
  else if (what == VERW) ok = descIsStack(d);
  if (!ok) return 0;
  const value = what == LAR ? (d >> 32) & 0xf0ff00 : what == LSL ? descLimit(d) : 0;
  return <i64>(value | 0x8000000000000000);
}

/** Helper ARPL with a memory operand, which has been read: a = segment, with 0x100 where the word is to be written; b = offset, c = the word. */
export function x86_arpl(cpu: i32, a: i64, offset: i64, value: i64): i64 {
  if ((a & 0x100) == 0) return 0;
  const n = <i32>a & 7;
  x86_seg_check(cpu, n | (2 << 8) | SEG_WRITE, offset, 0);
  if (faulted(cpu)) return 0;
  const va = (segBase(cpu, n) + <u64>offset) & 0xffffffff;
  if (mode(cpu) & M_DEBUG) x86_debug_data(cpu, va, 2, 1);
  st16(cpu, va, <u32>value, mmuIndex(cpu));
  return 0;
}

/** Types of system descriptors that LAR and LSL take (SDM volume 2, tables 3-53 and 3-56). */
function systemVisible(cpu: i32, what: i32, type: i32): bool {
  const long = isLong(cpu);
  if (type == T_LDT || type == T_TSS32 || type == T_TSS32_BUSY) return true;
  if (!long && (type == T_TSS16 || type == T_TSS16_BUSY)) return true;
  if (what == LSL) return false;
  return type == T_CALL32 || (!long && (type == T_CALL16 || type == T_TASK));
}

// ---- bases ---------------------------------------------------------------------------------------------------------------

/** Helper RDFSBASE, RDGSBASE: a = FS or GS; #UD unless CR4.FSGSBASE. */
export function x86_read_base(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if ((cr4(cpu) & CR4_FSGSBASE) == 0) return raiseUD(cpu);
  return load<i64>(seg(cpu, <i32>a) + SEG_BASE);
}

/** Helper WRFSBASE, WRGSBASE: a = FS or GS, b = base. */
export function x86_write_base(cpu: i32, a: i64, base: i64, c: i64): i64 {
  if ((cr4(cpu) & CR4_FSGSBASE) == 0) return raiseUD(cpu);
  if (!canonical(base)) return raiseGP(cpu, 0);
  store<i64>(seg(cpu, <i32>a) + SEG_BASE, base);
  return 0;
}

/** Makes the selector of a data segment register that an outer level may not use, or of one that is null already, 0 (returns to an outer
 *  level, SDM volume 2, RET). The hidden base and limit stay. */
export function dropInaccessible(cpu: i32, n: i32, level: i32): void {
  const attr = segAttr(cpu, n);
  const conforming = (attr & 0x1c) == 0x1c;
  if (attr != 0 && (((attr >> 5) & 3) >= level || conforming)) return;
  store<i32>(seg(cpu, n) + SEG_SEL, 0);
  store<i32>(seg(cpu, n) + SEG_ATTR, 0);
}

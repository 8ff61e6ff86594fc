// Delivery of one event through the real-mode vector table, a protected-mode gate, or a long-mode gate (Intel SDM volume 3,
// chapter 6; volume 2, INT n). State is committed only when nothing can fail any more; a failure leaves S_FAULT set.

import {
  CS,
  DS,
  ES,
  EXC_BREAKPOINT,
  EXC_EXTERNAL,
  EXC_HAS_ERROR,
  EXC_SOFT,
  EXC_TRAP,
  FS,
  F_AC,
  F_IF,
  F_NT,
  F_RF,
  F_TF,
  F_VM,
  GS,
  RSP,
  SS,
  TR,
  X_CPL,
  X_IDT_BASE,
  X_IDT_LIMIT,
  X_REPEATING,
  X_SCRATCH,
} from "../../../src/arch/x86/layout";
import { ld16, ld32, ld64 } from "../../engine/softmmu/access";
import { A_DB, A_L, CR0_PE, T_INT16, T_TASK, T_TRAP16 } from "./bits";
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
  gateOffset,
  gateSelector,
  loadHidden,
  loadNull,
  loadReal,
  markAccessed,
  readDescriptor,
} from "./descriptor";
import { raiseGP, raiseNP, raiseSS, raiseTS } from "./raise";
import { getFlags, setSystemFlags } from "./flags";
import {
  canonical,
  cpl,
  cr0,
  faulted,
  isLong,
  jumpTo,
  segAttr,
  segBase,
  segLimit,
  segSel,
  setSp,
  systemFlags,
  systemMmu,
} from "./regs";
import { openCurrent, openMask, openStack, openStack64, push, stackPointer } from "./stack";
import { TASK_INT, switchTask } from "./task";

/** `pc` is what the handler finds as return address. */
export function deliverEvent(cpu: i32, vector: i32, error: i32, flags: i32, pc: u64): void {
  if ((cr0(cpu) & CR0_PE) == 0) {
    realMode(cpu, vector, pc);
    return;
  }
  const long = isLong(cpu);
  const entrySize: u32 = long ? 16 : 8;
  const soft = (flags & EXC_SOFT) != 0;
  const gateError = (vector << 3) | 2;
  if (<u32>vector * entrySize + entrySize - 1 > load<u32>(cpu + X_IDT_LIMIT)) {
    raiseGP(cpu, gateError);
    return;
  }
  const gateAt = load<u64>(cpu + X_IDT_BASE) + <u64>(<u32>vector * entrySize);
  const gate = ld64(cpu, gateAt, systemMmu(cpu));
  if (faulted(cpu)) return;
  const type = descType(gate);
  const wide = type >= 14;
  const valid = descIsSystem(gate) && (long ? wide : wide || type == T_INT16 || type == T_TRAP16 || type == T_TASK);
  if (!valid || (soft && descDpl(gate) < cpl(cpu))) {
    raiseGP(cpu, gateError);
    return;
  }
  if (!descPresent(gate)) {
    raiseNP(cpu, gateError);
    return;
  }
  // Faults are pushed with RF set, so that an instruction breakpoint does not hit again, and so is all that comes between the rounds of a repeated
  // string instruction (SDM volume 3, 17.3.1.1).
  let image = getFlags(cpu) & ~F_RF;
  const fault = (flags & (EXC_SOFT | EXC_TRAP | EXC_EXTERNAL | EXC_BREAKPOINT)) == 0;
  if (fault || load<i32>(cpu + X_REPEATING) != 0) image |= F_RF;
  if (type == T_TASK && !long) {
    switchTask(cpu, gateSelector(gate), TASK_INT, pc, (flags & EXC_HAS_ERROR) != 0, error, image);
    return;
  }
  let target = gateOffset(gate, wide);
  let ist = 0;
  if (long) {
    target |= (<u64>ld32(cpu, gateAt + 8, systemMmu(cpu))) << 32;
    ist = <i32>(gate >> 32) & 7;
    if (faulted(cpu)) return;
  }
  const selector = gateSelector(gate);
  if ((selector & ~3) == 0) {
    raiseGP(cpu, 0);
    return;
  }
  const codeAt = descriptorAddress(cpu, selector, 8);
  const code = codeAt == 0xffffffffffffffff ? 0 : readDescriptor(cpu, codeAt);
  if (faulted(cpu)) return;
  const dpl = descDpl(code);
  const level = cpl(cpu);
  if (codeAt == 0xffffffffffffffff || !descIsCode(code) || dpl > level) {
    raiseGP(cpu, selector & ~3);
    return;
  }
  if (long && (descAttr(code) & (A_L | A_DB)) != A_L) {
    raiseGP(cpu, selector & ~3);
    return;
  }
  if (!descPresent(code)) {
    raiseNP(cpu, selector & ~3);
    return;
  }
  const newLevel = descIsConforming(code) ? level : dpl;
  const v86 = (image & F_VM) != 0;
  if (v86 && newLevel != 0) {
    raiseGP(cpu, selector & ~3);
    return;
  }
  const keepIf = (type & 1) != 0;
  const hasError = (flags & EXC_HAS_ERROR) != 0;
  if (long) longFrame(cpu, newLevel, ist, image, pc, hasError, error);
  else if (newLevel < level) innerFrame(cpu, newLevel, wide ? 4 : 2, image, pc, hasError, error, v86);
  else sameFrame(cpu, wide ? 4 : 2, image, pc, hasError, error);
  if (faulted(cpu)) return;
  if (long ? !canonical(target) : target > descLimit(code)) {
    raiseGP(cpu, 0);
    return;
  }
  if (!markAccessed(cpu, codeAt, code)) return;

  // Commit.
  if (newLevel < level) {
    if (long) {
      loadNull(cpu, SS, newLevel);
    } else commitInnerStack(cpu, newLevel);
    if (v86) {
      loadNull(cpu, GS, 0);
      loadNull(cpu, FS, 0);
      loadNull(cpu, DS, 0);
      loadNull(cpu, ES, 0);
    }
  }
  setSp(cpu, stackPointer(cpu), openMask(cpu));
  loadHidden(cpu, CS, (selector & ~3) | newLevel, code);
  store<i32>(cpu + X_CPL, newLevel);
  jumpTo(cpu, target);
  let f = systemFlags(cpu) & ~(F_TF | F_NT | F_RF | F_VM);
  if (!keepIf) f &= ~F_IF;
  setSystemFlags(cpu, f);
}

function realMode(cpu: i32, vector: i32, pc: u64): void {
  const mmu = systemMmu(cpu);
  if (<u32>(vector << 2) + 3 > load<u32>(cpu + X_IDT_LIMIT)) {
    raiseGP(cpu, 0);
    return;
  }
  const at = load<u64>(cpu + X_IDT_BASE) + (vector << 2);
  const offset = ld16(cpu, at, mmu);
  const selector = ld16(cpu, at + 2, mmu);
  openCurrent(cpu);
  push(cpu, 2, <u64>getFlags(cpu) & 0xffff);
  push(cpu, 2, segSel(cpu, CS));
  push(cpu, 2, pc & 0xffff);
  if (faulted(cpu)) return;
  setSp(cpu, stackPointer(cpu), openMask(cpu));
  loadReal(cpu, CS, selector);
  jumpTo(cpu, offset);
  setSystemFlags(cpu, systemFlags(cpu) & ~(F_IF | F_TF | F_RF | F_AC));
}

function sameFrame(cpu: i32, size: i32, image: i32, pc: u64, hasError: bool, error: i32): void {
  openCurrent(cpu);
  push(cpu, size, <u64>(<u32>image));
  push(cpu, size, segSel(cpu, CS));
  push(cpu, size, pc);
  if (hasError) push(cpu, size, <u64>(<u32>error));
}

/** Frame on the stack of an inner privilege level. */
function innerFrame(cpu: i32, level: i32, size: i32, image: i32, pc: u64, hasError: bool, error: i32, v86: bool): void {
  if (!findInnerStack(cpu, level)) return;
  openInnerStack(cpu, level);
  if (v86) {
    push(cpu, size, segSel(cpu, GS));
    push(cpu, size, segSel(cpu, FS));
    push(cpu, size, segSel(cpu, DS));
    push(cpu, size, segSel(cpu, ES));
  }
  push(cpu, size, segSel(cpu, SS));
  push(cpu, size, load<u64>(cpu + RSP));
  push(cpu, size, <u64>(<u32>image));
  push(cpu, size, segSel(cpu, CS));
  push(cpu, size, pc);
  if (hasError) push(cpu, size, <u64>(<u32>error));
  if (!faulted(cpu)) markInnerStack(cpu);
}

const NEW_SP: i32 = X_SCRATCH + 0x40;
const NEW_SS: i32 = X_SCRATCH + 0x48;
const NEW_SS_DESCRIPTOR: i32 = X_SCRATCH + 0x50;

/** Reads SS:ESP of a privilege level from the TSS and checks it (SDM volume 3, 5.8.5): results for innerStack* and
 *  commitInnerStack. False with S_FAULT set. */
export function findInnerStack(cpu: i32, level: i32): bool {
  const tss32 = (segAttr(cpu, TR) & 8) != 0;
  const offset: u64 = tss32 ? 4 + 8 * level : 2 + 4 * level;
  const size: u64 = tss32 ? 8 : 4;
  if (offset + size - 1 > segLimit(cpu, TR)) {
    raiseTS(cpu, segSel(cpu, TR) & ~3);
    return false;
  }
  const mmu = systemMmu(cpu);
  const at = segBase(cpu, TR) + offset;
  const sp: u64 = tss32 ? ld32(cpu, at, mmu) : ld16(cpu, at, mmu);
  const selector = tss32 ? ld16(cpu, at + 4, mmu) : ld16(cpu, at + 2, mmu);
  if (faulted(cpu)) return false;
  if ((selector & ~3) == 0) {
    raiseTS(cpu, 0);
    return false;
  }
  const address = descriptorAddress(cpu, selector, 8);
  const d = address == 0xffffffffffffffff ? 0 : readDescriptor(cpu, address);
  if (faulted(cpu)) return false;
  if (<i32>(selector & 3) != level || descDpl(d) != level || !descIsStack(d)) {
    raiseTS(cpu, selector & ~3);
    return false;
  }
  if (!descPresent(d)) {
    raiseSS(cpu, selector & ~3);
    return false;
  }
  store<u64>(cpu + NEW_SP, sp);
  store<i32>(cpu + NEW_SS, selector);
  store<u64>(cpu + NEW_SS_DESCRIPTOR, d);
  return true;
}

/** Opens the stack found by findInnerStack. */
export function openInnerStack(cpu: i32, level: i32): void {
  const d = load<u64>(cpu + NEW_SS_DESCRIPTOR);
  openStack(cpu, descBase(d), descLimit(d), descAttr(d), load<u64>(cpu + NEW_SP), level, load<i32>(cpu + NEW_SS) & ~3);
}

/** Sets the accessed bit of its descriptor. */
export function markInnerStack(cpu: i32): void {
  markAccessed(cpu, descriptorAddress(cpu, load<i32>(cpu + NEW_SS), 8), load<u64>(cpu + NEW_SS_DESCRIPTOR));
}

/** Loads SS as findInnerStack found it. */
export function commitInnerStack(cpu: i32, level: i32): void {
  loadHidden(cpu, SS, (load<i32>(cpu + NEW_SS) & ~3) | level, load<u64>(cpu + NEW_SS_DESCRIPTOR));
}

/** RSP of a privilege level or interrupt stack (1-7) from the 64-bit TSS; S_FAULT set when it is outside or not canonical. */
export function stack64(cpu: i32, level: i32, ist: i32): u64 {
  const offset: u64 = ist ? 0x1c + 8 * ist : 4 + 8 * level;
  if (offset + 7 > segLimit(cpu, TR)) {
    raiseTS(cpu, segSel(cpu, TR) & ~3);
    return 0;
  }
  const sp = ld64(cpu, segBase(cpu, TR) + offset, systemMmu(cpu));
  if (!faulted(cpu) && !canonical(sp)) raiseSS(cpu, 0);
  return sp;
}

function longFrame(cpu: i32, level: i32, ist: i32, image: i32, pc: u64, hasError: bool, error: i32): void {
  let sp = load<u64>(cpu + RSP);
  if (ist != 0 || level < cpl(cpu)) {
    sp = stack64(cpu, level, ist);
    if (faulted(cpu)) return;
  }
  openStack64(cpu, sp & ~15, level);
  push(cpu, 8, segSel(cpu, SS));
  push(cpu, 8, load<u64>(cpu + RSP));
  push(cpu, 8, <u64>(<u32>image));
  push(cpu, 8, segSel(cpu, CS));
  push(cpu, 8, pc);
  if (hasError) push(cpu, 8, <u64>(<u32>error));
}

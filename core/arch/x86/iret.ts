// IRET (Intel SDM volume 2): real and virtual-8086 mode, same and outer privilege level, to virtual-8086 mode, nested
// tasks, and IRETQ.

import {
  CS,
  DS,
  ES,
  FS,
  F_AC,
  F_IF,
  F_IOPL,
  F_NT,
  F_RF,
  F_TF,
  F_VIF,
  F_VIP,
  F_VM,
  GS,
  RSP,
  SS,
  X_CPL,
  X_NMI,
  X_NMI_BLOCKED,
} from "../../../src/arch/x86/layout";
import { S_ATTENTION } from "../../../src/layout/vcpu";
import { CR4_VME, F_USER } from "./bits";
import { loadReal, loadV86 } from "./descriptor";
import { raiseGP } from "./raise";
import { getFlags, setFlags } from "./flags";
import {
  cpl,
  cr4,
  faulted,
  iopl,
  isCode64,
  isLong,
  isProtected,
  isV86,
  jumpTo,
  segLimit,
  setSp,
  systemFlags,
} from "./regs";
import {
  checkReturnCode,
  checkReturnStack,
  checkTarget,
  commitCode,
  commitLevel,
  commitStack,
  markReturn,
} from "./return";
import { openCurrent, openMask, pop, popSelector, stackPointer } from "./stack";
import { returnFromTask } from "./task-transfer";

/** Helper: a = operand size in bytes, b = program counter after the instruction. Sets the program counter. */
export function x86_iret(cpu: i32, a: i64, next: i64, c: i64): i64 {
  const size = <i32>a;
  if (!isProtected(cpu)) plainIret(cpu, size);
  else if (systemFlags(cpu) & F_NT) {
    if (isLong(cpu)) return raiseGP(cpu, 0);
    returnFromTask(cpu, <u64>next);
  } else protectedIret(cpu, size);
  if (!faulted(cpu)) unblockNmi(cpu);
  return 0;
}

function unblockNmi(cpu: i32): void {
  store<i32>(cpu + X_NMI_BLOCKED, 0);
  if (load<i32>(cpu + X_NMI)) store<i32>(cpu + S_ATTENTION, 1);
}

/** Flags after an IRET at privilege level `level` from the popped image. */
export function returnFlags(cpu: i32, image: u64, size: i32, level: i32): i32 {
  let mask = F_USER | F_RF;
  if (level == 0) mask |= F_IOPL | F_VIF | F_VIP;
  if (level <= iopl(cpu)) mask |= F_IF;
  if (size == 2) mask &= 0xffff;
  return (getFlags(cpu) & ~mask) | (<i32>image & mask);
}

function plainIret(cpu: i32, size: i32): void {
  const v86 = isV86(cpu);
  const vme = v86 && iopl(cpu) < 3 && size == 2 && (cr4(cpu) & CR4_VME) != 0;
  if (v86 && iopl(cpu) < 3 && !vme) {
    raiseGP(cpu, 0);
    return;
  }
  openCurrent(cpu);
  const pc = pop(cpu, size);
  const selector = popSelector(cpu, size);
  const image = <i32>pop(cpu, size);
  if (faulted(cpu)) return;
  if (pc > segLimit(cpu, CS)) {
    raiseGP(cpu, 0);
    return;
  }
  let flags: i32;
  if (vme) {
    // IF is virtual: VIF takes it (SDM volume 3, 20.3.3).
    if ((image & F_TF) != 0 || ((image & F_IF) != 0 && (systemFlags(cpu) & F_VIP) != 0)) {
      raiseGP(cpu, 0);
      return;
    }
    const mask = F_USER & 0xffff;
    flags = (getFlags(cpu) & ~(mask | F_VIF)) | (image & mask) | (image & F_IF ? F_VIF : 0);
  } else {
    let mask = F_USER | F_RF | F_IF | (v86 ? 0 : F_IOPL);
    if (size == 2) mask &= 0xffff;
    flags = (getFlags(cpu) & ~mask) | (image & mask);
  }
  setSp(cpu, stackPointer(cpu), openMask(cpu));
  if (v86) loadV86(cpu, CS, selector);
  else loadReal(cpu, CS, selector);
  jumpTo(cpu, pc);
  setFlags(cpu, flags);
}

function protectedIret(cpu: i32, size: i32): void {
  const level = cpl(cpu);
  const code64 = isCode64(cpu);
  openCurrent(cpu);
  const pc = pop(cpu, size);
  const selector = popSelector(cpu, size);
  const image = pop(cpu, size);
  if (faulted(cpu)) return;
  if (!code64 && size == 4 && (image & F_VM) != 0 && level == 0 && !isLong(cpu)) {
    toV86(cpu, pc, selector, <i32>image);
    return;
  }
  const d = checkReturnCode(cpu, selector);
  if (faulted(cpu)) return;
  const rpl = selector & 3;
  const newStack = code64 || rpl > level;
  let sp: u64 = 0;
  let stack = 0;
  let stackDescriptor: u64 = 0;
  if (newStack) {
    sp = pop(cpu, size);
    stack = popSelector(cpu, size);
    if (faulted(cpu)) return;
    stackDescriptor = checkReturnStack(cpu, stack, rpl, d);
    if (faulted(cpu)) return;
  }
  if (!checkTarget(cpu, d, pc)) return;
  if (!markReturn(cpu, selector, d, stack, stackDescriptor)) return;
  const flags = returnFlags(cpu, image, size, level);
  if (newStack) commitStack(cpu, stack, stackDescriptor, sp, d);
  else setSp(cpu, stackPointer(cpu), openMask(cpu));
  commitCode(cpu, selector, d, pc);
  commitLevel(cpu, rpl);
  setFlags(cpu, flags);
}

function toV86(cpu: i32, pc: u64, selector: i32, image: i32): void {
  const sp = pop(cpu, 4);
  const ss = popSelector(cpu, 4);
  const es = popSelector(cpu, 4);
  const ds = popSelector(cpu, 4);
  const fs = popSelector(cpu, 4);
  const gs = popSelector(cpu, 4);
  if (faulted(cpu)) return;
  // SDM volume 2, IRET: the new code segment ends at FFFFh.
  if (pc > 0xffff) {
    raiseGP(cpu, 0);
    return;
  }
  loadV86(cpu, CS, selector);
  loadV86(cpu, SS, ss);
  loadV86(cpu, ES, es);
  loadV86(cpu, DS, ds);
  loadV86(cpu, FS, fs);
  loadV86(cpu, GS, gs);
  store<u64>(cpu + RSP, sp);
  store<i32>(cpu + X_CPL, 3);
  jumpTo(cpu, pc);
  const mask = F_USER | F_RF | F_IF | F_IOPL | F_VM | F_VIF | F_VIP | F_AC;
  setFlags(cpu, (getFlags(cpu) & ~mask) | (image & mask));
}

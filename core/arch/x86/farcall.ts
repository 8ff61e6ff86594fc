// Far JMP, CALL and RET: real and virtual-8086 mode, code segments, call gates of 16, 32 and 64 bits, task gates and TSSs (Intel SDM
// volume 2, CALL, JMP, RET; volume 3, 5.8).

import { CS, RSP, SS, X_CPL } from "../../../src/arch/x86/layout";
import { ld16, ld32 } from "../../engine/softmmu/access";
import { A_DB, A_L, T_CALL16, T_CALL32, T_TASK, T_TSS16, T_TSS16_BUSY, T_TSS32, T_TSS32_BUSY } from "./bits";
import {
  descAttr,
  descDpl,
  descIsCode,
  descIsConforming,
  descIsSystem,
  descPresent,
  descType,
  descriptorAddress,
  gateOffset,
  gateSelector,
  loadHidden,
  loadNull,
  loadReal,
  loadV86,
  markAccessed,
  readDescriptor,
} from "./descriptor";
import { raiseGP, raiseNP } from "./raise";
import { commitInnerStack, findInnerStack, markInnerStack, openInnerStack, stack64 } from "./interrupt";
import { updateMode } from "./mode";
import {
  cpl,
  faulted,
  isLong,
  isProtected,
  isV86,
  jumpTo,
  mmuFor,
  segAttr,
  segBase,
  segLimit,
  segSel,
  setSp,
  stackMask,
  systemMmu,
} from "./regs";
import {
  checkReturnCode,
  checkReturnStack,
  checkTarget,
  commitCode,
  commitLevel,
  commitStack,
  isCode64Descriptor,
  markReturn,
} from "./return";
import { openCurrent, openMask, openStack64, pop, popSelector, push, skipStack, stackPointer } from "./stack";
import { transferToTask } from "./task-transfer";

const NONE: u64 = 0xffffffffffffffff;

/** Helper: a = selector | operand size << 16, b = offset. Sets the program counter. c = program counter after the instruction. */
export function x86_far_jmp(cpu: i32, a: i64, offset: i64, next: i64): i64 {
  transfer(cpu, <i32>a & 0xffff, <u64>offset, <i32>(a >> 16), <u64>next, false);
  return 0;
}

/** Helper: as x86_far_jmp. */
export function x86_far_call(cpu: i32, a: i64, offset: i64, next: i64): i64 {
  transfer(cpu, <i32>a & 0xffff, <u64>offset, <i32>(a >> 16), <u64>next, true);
  return 0;
}

function transfer(cpu: i32, selector: i32, offset: u64, size: i32, next: u64, call: bool): void {
  if (size == 2) offset &= 0xffff;
  else if (size == 4) offset &= 0xffffffff;
  if (!isProtected(cpu)) {
    plainTransfer(cpu, selector, offset, size, next, call);
    return;
  }
  if ((selector & ~3) == 0) {
    raiseGP(cpu, 0);
    return;
  }
  const error = selector & ~3;
  const address = descriptorAddress(cpu, selector, 8);
  if (address == NONE) {
    raiseGP(cpu, error);
    return;
  }
  const d = readDescriptor(cpu, address);
  if (faulted(cpu)) return;
  const level = cpl(cpu);
  const dpl = descDpl(d);
  const rpl = selector & 3;
  if (descIsSystem(d)) {
    systemTransfer(cpu, selector, d, address, next, call);
    return;
  }
  const conforming = descIsConforming(d);
  const both = A_L | A_DB;
  if (
    !descIsCode(d) ||
    (conforming ? dpl > level : rpl > level || dpl != level) ||
    (isLong(cpu) && (descAttr(d) & both) == both)
  ) {
    raiseGP(cpu, error);
    return;
  }
  if (!descPresent(d)) {
    raiseNP(cpu, error);
    return;
  }
  if (call) {
    openCurrent(cpu);
    push(cpu, size, segSel(cpu, CS));
    push(cpu, size, next);
    if (faulted(cpu)) return;
  }
  if (!checkTarget(cpu, d, offset)) return;
  if (!markAccessed(cpu, address, d)) return;
  if (call) setSp(cpu, stackPointer(cpu), openMask(cpu));
  commitCode(cpu, error | level, d, offset);
  updateMode(cpu);
}

function plainTransfer(cpu: i32, selector: i32, offset: u64, size: i32, next: u64, call: bool): void {
  if (offset > segLimit(cpu, CS)) {
    raiseGP(cpu, 0);
    return;
  }
  if (call) {
    openCurrent(cpu);
    push(cpu, size, segSel(cpu, CS));
    push(cpu, size, next);
    if (faulted(cpu)) return;
    setSp(cpu, stackPointer(cpu), openMask(cpu));
  }
  if (isV86(cpu)) loadV86(cpu, CS, selector);
  else loadReal(cpu, CS, selector);
  jumpTo(cpu, offset);
  updateMode(cpu);
}

/** Through a gate or to a task. */
function systemTransfer(cpu: i32, selector: i32, d: u64, address: u64, next: u64, call: bool): void {
  const error = selector & ~3;
  const type = descType(d);
  const long = isLong(cpu);
  const level = cpl(cpu);
  const dpl = descDpl(d);
  const isGate = type == T_CALL32 || (!long && type == T_CALL16);
  const isTask =
    !long && (type == T_TASK || type == T_TSS16 || type == T_TSS32 || type == T_TSS16_BUSY || type == T_TSS32_BUSY);
  if ((!isGate && !isTask) || dpl < level || dpl < (selector & 3)) {
    raiseGP(cpu, error);
    return;
  }
  if (isTask) {
    if (type == T_TASK && !descPresent(d)) {
      raiseNP(cpu, error);
      return;
    }
    transferToTask(cpu, type == T_TASK ? gateSelector(d) : selector, call, next);
    return;
  }
  let offset = gateOffset(d, type == T_CALL32);
  if (long) {
    if (descriptorAddress(cpu, selector, 16) == NONE) {
      raiseGP(cpu, error);
      return;
    }
    const mmu = systemMmu(cpu);
    offset |= (<u64>ld32(cpu, address + 8, mmu)) << 32;
    const high = ld32(cpu, address + 12, mmu);
    if (faulted(cpu)) return;
    if (high & 0x1f00) {
      raiseGP(cpu, error);
      return;
    }
  }
  if (!descPresent(d)) {
    raiseNP(cpu, error);
    return;
  }
  const target = gateSelector(d);
  if ((target & ~3) == 0) {
    raiseGP(cpu, 0);
    return;
  }
  const codeAt = descriptorAddress(cpu, target, 8);
  const code = codeAt == NONE ? 0 : readDescriptor(cpu, codeAt);
  if (faulted(cpu)) return;
  const codeDpl = descDpl(code);
  const conforming = descIsConforming(code);
  const reachable = call || conforming ? codeDpl <= level : codeDpl == level;
  if (codeAt == NONE || !descIsCode(code) || !reachable || (long && (descAttr(code) & (A_L | A_DB)) != A_L)) {
    raiseGP(cpu, target & ~3);
    return;
  }
  if (!descPresent(code)) {
    raiseNP(cpu, target & ~3);
    return;
  }
  const size = long ? 8 : type == T_CALL32 ? 4 : 2;
  let newLevel = level;
  if (call) {
    if (!conforming && codeDpl < level) {
      newLevel = codeDpl;
      if (long) innerFrame64(cpu, newLevel);
      else innerFrame(cpu, newLevel, size, <i32>(d >> 32) & 31);
      if (faulted(cpu)) return;
    } else openCurrent(cpu);
    push(cpu, size, segSel(cpu, CS));
    push(cpu, size, next);
    if (faulted(cpu)) return;
  }
  if (!checkTarget(cpu, code, offset)) return;
  if (!markAccessed(cpu, codeAt, code)) return;
  if (call) {
    if (newLevel < level) {
      if (long) loadNull(cpu, SS, newLevel);
      else commitInnerStack(cpu, newLevel);
    }
    setSp(cpu, stackPointer(cpu), openMask(cpu));
  }
  loadHidden(cpu, CS, (target & ~3) | newLevel, code);
  store<i32>(cpu + X_CPL, newLevel);
  jumpTo(cpu, offset);
  updateMode(cpu);
}

/** Opens the inner stack and pushes SS:eSP and `words` parameters of the outer one. */
function innerFrame(cpu: i32, level: i32, size: i32, words: i32): void {
  if (!findInnerStack(cpu, level)) return;
  openInnerStack(cpu, level);
  push(cpu, size, segSel(cpu, SS));
  push(cpu, size, load<u64>(cpu + RSP));
  const mask = stackMask(segAttr(cpu, SS));
  const mmu = mmuFor(cpu, cpl(cpu));
  for (let i = words - 1; i >= 0; i--) {
    const at = (segBase(cpu, SS) + ((load<u64>(cpu + RSP) + i * size) & mask)) & 0xffffffff;
    const value = size == 4 ? ld32(cpu, at, mmu) : ld16(cpu, at, mmu);
    push(cpu, size, value);
    if (faulted(cpu)) return;
  }
  markInnerStack(cpu);
}

function innerFrame64(cpu: i32, level: i32): void {
  const sp = stack64(cpu, level, 0);
  if (faulted(cpu)) return;
  openStack64(cpu, sp, level);
  push(cpu, 8, segSel(cpu, SS));
  push(cpu, 8, load<u64>(cpu + RSP));
}

/** Helper far RET: a = operand size, b = bytes to drop. Sets the program counter. */
export function x86_far_ret(cpu: i32, a: i64, bytes: i64, c: i64): i64 {
  const size = <i32>a;
  openCurrent(cpu);
  const pc = pop(cpu, size);
  const selector = popSelector(cpu, size);
  if (faulted(cpu)) return 0;
  if (!isProtected(cpu)) {
    if (pc > segLimit(cpu, CS)) return raiseGP(cpu, 0);
    skipStack(cpu, bytes);
    setSp(cpu, stackPointer(cpu), openMask(cpu));
    if (isV86(cpu)) loadV86(cpu, CS, selector);
    else loadReal(cpu, CS, selector);
    jumpTo(cpu, pc);
    updateMode(cpu);
    return 0;
  }
  const d = checkReturnCode(cpu, selector);
  if (faulted(cpu)) return 0;
  const rpl = selector & 3;
  skipStack(cpu, bytes);
  let stack = 0;
  let stackDescriptor: u64 = 0;
  let sp: u64 = 0;
  const outwards = rpl > cpl(cpu);
  if (outwards) {
    sp = pop(cpu, size);
    stack = popSelector(cpu, size);
    if (faulted(cpu)) return 0;
    stackDescriptor = checkReturnStack(cpu, stack, rpl, d);
    if (faulted(cpu)) return 0;
  }
  if (!checkTarget(cpu, d, pc)) return 0;
  if (!markReturn(cpu, selector, d, stack, stackDescriptor)) return 0;
  if (outwards) {
    commitStack(cpu, stack, stackDescriptor, sp, d);
    // The parameters are on both stacks.
    const mask: u64 = isCode64Descriptor(cpu, d) ? NONE : stackMask(descAttr(stackDescriptor));
    setSp(cpu, load<u64>(cpu + RSP) + bytes, mask);
  } else setSp(cpu, stackPointer(cpu), openMask(cpu));
  commitCode(cpu, selector, d, pc);
  commitLevel(cpu, rpl);
  updateMode(cpu);
  return 0;
}

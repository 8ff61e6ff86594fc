// What IRET and far RET share: checks of the code segment and of the stack a return goes to (Intel SDM volume 2, RET, IRET).

import { CS, DS, ES, FS, GS, RSP, SS, X_CPL } from "../../../src/arch/x86/layout";
import { A_DB, A_L } from "./bits";
import {
  descAttr,
  descDpl,
  descIsCode,
  descIsConforming,
  descIsStack,
  descLimit,
  descPresent,
  descriptorAddress,
  loadHidden,
  loadNull,
  markAccessed,
  readDescriptor,
} from "./descriptor";
import { raiseGP, raiseNP, raiseSS } from "./raise";
import { canonical, cpl, faulted, isLong, jumpTo, setSp, stackMask } from "./regs";
import { dropInaccessible } from "./segment";

const NONE: u64 = 0xffffffffffffffff;

/** The descriptor of the code segment returned to; 0 with S_FAULT set when a check fails. */
export function checkReturnCode(cpu: i32, selector: i32): u64 {
  if ((selector & ~3) == 0) return refuse(cpu, 0);
  const error = selector & ~3;
  const address = descriptorAddress(cpu, selector, 8);
  if (address == NONE) return refuse(cpu, error);
  const d = readDescriptor(cpu, address);
  if (faulted(cpu)) return 0;
  const rpl = selector & 3;
  if (!descIsCode(d) || rpl < cpl(cpu)) return refuse(cpu, error);
  if (descIsConforming(d) ? descDpl(d) > rpl : descDpl(d) != rpl) return refuse(cpu, error);
  if (isLong(cpu) && (descAttr(d) & (A_L | A_DB)) == (A_L | A_DB)) return refuse(cpu, error);
  if (!descPresent(d)) return notPresent(cpu, error);
  return d;
}

/** True where the code segment is a 64-bit one. */
export function isCode64Descriptor(cpu: i32, d: u64): bool {
  return isLong(cpu) && (descAttr(d) & A_L) != 0;
}

/** #GP(0) unless `pc` lies in the code segment. */
export function checkTarget(cpu: i32, d: u64, pc: u64): bool {
  if (isCode64Descriptor(cpu, d) ? canonical(pc) : pc <= descLimit(d)) return true;
  raiseGP(cpu, 0);
  return false;
}

/** The descriptor of the stack segment returned to: 0 for a null selector that is allowed, or with S_FAULT set. */
export function checkReturnStack(cpu: i32, selector: i32, rpl: i32, code: u64): u64 {
  if ((selector & ~3) == 0) {
    if (!(isCode64Descriptor(cpu, code) && rpl != 3)) raiseGP(cpu, 0);
    return 0;
  }
  const error = selector & ~3;
  const address = descriptorAddress(cpu, selector, 8);
  if (address == NONE) return refuse(cpu, error);
  const d = readDescriptor(cpu, address);
  if (faulted(cpu)) return 0;
  if ((selector & 3) != rpl || descDpl(d) != rpl || !descIsStack(d)) return refuse(cpu, error);
  if (!descPresent(d)) return stackFault(cpu, error);
  return d;
}

/** Sets the accessed bits of the descriptors of both; call before anything is committed. */
export function markReturn(cpu: i32, code: i32, codeDescriptor: u64, stack: i32, stackDescriptor: u64): bool {
  if (!markAccessed(cpu, descriptorAddress(cpu, code, 8), codeDescriptor)) return false;
  return stackDescriptor == 0 || markAccessed(cpu, descriptorAddress(cpu, stack, 8), stackDescriptor);
}

/** Commits CS and the program counter. */
export function commitCode(cpu: i32, selector: i32, d: u64, pc: u64): void {
  loadHidden(cpu, CS, selector, d);
  jumpTo(cpu, pc);
}

/** Commits the stack of an outer (or, for IRETQ, any) level: `sp` in full. */
export function commitStack(cpu: i32, selector: i32, d: u64, sp: u64, code: u64): void {
  if (d == 0) loadNull(cpu, SS, selector);
  else loadHidden(cpu, SS, selector, d);
  if (isCode64Descriptor(cpu, code)) store<u64>(cpu + RSP, sp);
  else setSp(cpu, sp, stackMask(descAttr(d)));
}

/** Sets the privilege level; going outwards, segments the new level may not use become null. */
export function commitLevel(cpu: i32, level: i32): void {
  const outwards = level > cpl(cpu);
  store<i32>(cpu + X_CPL, level);
  if (!outwards) return;
  dropInaccessible(cpu, ES, level);
  dropInaccessible(cpu, DS, level);
  dropInaccessible(cpu, FS, level);
  dropInaccessible(cpu, GS, level);
}

// Each raises an exception, and returns what stands for no descriptor.

function refuse(cpu: i32, error: i32): u64 {
  raiseGP(cpu, error);
  return 0;
}

function notPresent(cpu: i32, error: i32): u64 {
  raiseNP(cpu, error);
  return 0;
}

function stackFault(cpu: i32, error: i32): u64 {
  raiseSS(cpu, error);
  return 0;
}

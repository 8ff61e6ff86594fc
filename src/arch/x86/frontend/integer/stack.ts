// PUSH POP PUSHA POPA ENTER LEAVE.

import { Ty } from "../../../../ir/ops.js";
import { RBP } from "../../layout.js";
import type { Emitter } from "../emitter.js";
import type { Insn } from "../insn.js";

export function push(e: Emitter, insn: Insn): void {
  e.push(e.readOperand(insn, 0, 0, insn.opSize), insn.opSize);
}

/** POP register: the new RSP is there before the register is written, so POP RSP loads it. */
export function pop(e: Emitter, insn: Insn): void {
  const v = e.pop(insn.opSize);
  e.writeGpr(insn.rm, insn.opSize, v);
}

/** POP to memory or register: an address that uses RSP uses the value after the pop. */
export function popRm(e: Emitter, insn: Insn): void {
  if (insn.mod === 3) {
    pop(e, insn);
    return;
  }
  const size = insn.opSize;
  const v = e.top(size);
  const rsp = e.stackAt(size);
  e.stackPointer = rsp;
  const address = e.ea(insn, true, size);
  e.stackPointer = -1;
  e.store(size, address, v);
  e.setStackPointer(rsp);
}

export function pusha(e: Emitter, insn: Insn): void {
  const size = insn.opSize;
  for (let reg = 0; reg < 8; reg++) {
    const address = e.stackAddress(e.stackAt(-size * (reg + 1)), size, true);
    e.store(size, address, e.readGpr(reg, size));
  }
  e.setStackPointer(e.stackAt(-size * 8));
}

/** POPA: a fault finds the registers before it loaded, and the stack pointer as it was. */
export function popa(e: Emitter, insn: Insn): void {
  const size = insn.opSize;
  const rsp = e.stackAt(size * 8);
  for (let reg = 7; reg >= 0; reg--) {
    const value = e.load(size, e.stackAddress(e.stackAt(size * (7 - reg)), size, false));
    // The stack's copy of the stack pointer is skipped.
    if (reg !== 4) e.writeGpr(reg, size, value);
  }
  e.setStackPointer(rsp);
}

/** ENTER (SDM volume 2): frame pointers of the outer levels are copied before space is made. */
export function enter(e: Emitter, insn: Insn): void {
  const b = e.b;
  const size = insn.opSize;
  const level = insn.imm2 & 31;
  const space = insn.immLo & 0xffff;
  e.store(size, e.stackAddress(e.stackAt(-size), size, true), e.readGpr(5, size));
  const frame = e.stackAt(-size);
  if (level > 0) {
    const rbp = b.ld(RBP, Ty.I64);
    for (let i = 1; i < level; i++) {
      const v = e.load(size, e.stackAddress(b.sub(rbp, b.i64(size * i)), size, false));
      e.store(size, e.stackAddress(e.stackAt(-size * (i + 1)), size, true), v);
    }
    e.store(size, e.stackAddress(e.stackAt(-size * (level + 1)), size, true), e.fromI64(frame, size));
  }
  const bottom = e.stackAt(-size * (level + 1) - space);
  // The last thing that may fault is a look at the new top of the stack.
  e.probeStack(bottom);
  e.writeGpr(5, size, e.fromI64(frame, size));
  e.setStackPointer(bottom);
}

export function leave(e: Emitter, insn: Insn): void {
  const b = e.b;
  const size = insn.opSize;
  const rbp = b.ld(RBP, Ty.I64);
  const v = e.load(size, e.stackAddress(rbp, size, false));
  const stack = e.stackSize;
  if (stack === 8) e.setStackPointer(b.add(rbp, b.i64(size)));
  else if (stack === 4) e.writeGpr(4, 4, b.add(b.wrap(rbp), b.i32(size)));
  else e.writeGpr(4, 2, b.add(b.wrap(rbp), b.i32(size)));
  e.writeGpr(5, size, v);
}

// Near branches: Jcc JMP CALL RET LOOP JCXZ.

import type { Value } from "../../../../ir/builder.js";
import { HINT_CALL, HINT_RETURN } from "../../../../ir/ops.js";
import type { Emitter, Size } from "../emitter.js";
import type { Insn } from "../insn.js";

/** Displacement of a relative branch's target from the block's start. */
function target(insn: Insn): number {
  return insn.start + insn.length + insn.immLo;
}

export function jcc(e: Emitter, insn: Insn): void {
  const condition = e.condition(insn.opcode & 15);
  e.nearDisplacement(target(insn), insn.opSize, condition);
  e.branch(condition, target(insn), insn.opSize);
}

export function jmp(e: Emitter, insn: Insn): void {
  e.nearDisplacement(target(insn), insn.opSize);
  e.goto(target(insn), insn.opSize);
}

export function jmpRm(e: Emitter, insn: Insn): void {
  const to = e.toI64(e.readOperand(insn, 0), insn.opSize);
  e.nearTarget(to, insn.opSize);
  e.jump(to);
}

/** Stores the return address, and gives what RSP becomes. */
function storeReturn(e: Emitter, insn: Insn): Value {
  const size = insn.opSize as Size;
  const rsp = e.stackAt(-size);
  e.store(size, e.stackAddress(rsp, size, true), e.fromI64(e.next(), size));
  return rsp;
}

export function call(e: Emitter, insn: Insn): void {
  const rsp = storeReturn(e, insn);
  e.nearDisplacement(target(insn), insn.opSize);
  e.setStackPointer(rsp);
  e.goto(target(insn), insn.opSize, HINT_CALL);
}

export function callRm(e: Emitter, insn: Insn): void {
  const to = e.toI64(e.readOperand(insn, 0), insn.opSize);
  const rsp = storeReturn(e, insn);
  e.nearTarget(to, insn.opSize);
  e.setStackPointer(rsp);
  e.jump(to, HINT_CALL);
}

/** RET, RET Iw. */
export function ret(e: Emitter, insn: Insn): void {
  const size = insn.opSize;
  const to = e.toI64(e.top(size), size);
  e.nearTarget(to, size);
  e.setStackPointer(e.stackAt(size + (insn.opcode === 0xc2 ? insn.immLo & 0xffff : 0)));
  e.jump(to, HINT_RETURN);
}

/** LOOP, LOOPE, LOOPNE: the counter is rCX of the address size. */
export function loop(e: Emitter, insn: Insn): void {
  const b = e.b;
  const size = insn.addrSize;
  // The flags are read before anything is written, though LOOP writes none.
  const condition = insn.opcode === 0xe2 ? -1 : e.condition(insn.opcode === 0xe1 ? 4 : 5);
  const count = e.trim(b.sub(e.readGpr(1, size), e.konst(1, size)), size);
  const more = b.ne(count, e.konst(0, size));
  const taken = condition >= 0 ? b.and(more, condition) : more;
  e.nearDisplacement(target(insn), insn.opSize, taken);
  e.writeGpr(1, size, count);
  e.branch(taken, target(insn), insn.opSize);
}

export function jcxz(e: Emitter, insn: Insn): void {
  const size = insn.addrSize;
  const zero = e.b.eq(e.readGpr(1, size), e.konst(0, size));
  e.nearDisplacement(target(insn), insn.opSize, zero);
  e.branch(zero, target(insn), insn.opSize);
}

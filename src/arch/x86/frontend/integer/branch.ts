// Near branches: Jcc JMP CALL RET LOOP JCXZ.

import { HINT_CALL, HINT_RETURN } from "../../../../ir/ops.js";
import type { Emitter } from "../emitter.js";
import type { Insn } from "../insn.js";

/** Displacement of a relative branch's target from the block's start. */
function target(insn: Insn): number {
  return insn.start + insn.length + insn.immLo;
}

export function jcc(e: Emitter, insn: Insn): void {
  e.branch(e.condition(insn.opcode & 15), target(insn), insn.opSize);
}

export function jmp(e: Emitter, insn: Insn): void {
  e.goto(target(insn), insn.opSize);
}

export function jmpRm(e: Emitter, insn: Insn): void {
  e.jump(e.toI64(e.readOperand(insn, 0), insn.opSize));
}

function pushReturn(e: Emitter, insn: Insn): void {
  e.push(e.fromI64(e.next(), insn.opSize), insn.opSize);
}

export function call(e: Emitter, insn: Insn): void {
  pushReturn(e, insn);
  e.goto(target(insn), insn.opSize, HINT_CALL);
}

export function callRm(e: Emitter, insn: Insn): void {
  const to = e.toI64(e.readOperand(insn, 0), insn.opSize);
  pushReturn(e, insn);
  e.jump(to, HINT_CALL);
}

/** RET, RET Iw. */
export function ret(e: Emitter, insn: Insn): void {
  const size = insn.opSize;
  const to = e.top(size);
  e.setStackPointer(e.stackAt(size + (insn.opcode === 0xc2 ? insn.immLo & 0xffff : 0)));
  e.jump(e.toI64(to, size), HINT_RETURN);
}

/** LOOP, LOOPE, LOOPNE: the counter is rCX of the address size. */
export function loop(e: Emitter, insn: Insn): void {
  const b = e.b;
  const size = insn.addrSize;
  // The flags are read before anything is written, though LOOP writes none.
  const condition = insn.opcode === 0xe2 ? -1 : e.condition(insn.opcode === 0xe1 ? 4 : 5);
  const count = e.trim(b.sub(e.readGpr(1, size), e.konst(1, size)), size);
  e.writeGpr(1, size, count);
  const more = b.ne(count, e.konst(0, size));
  e.branch(condition >= 0 ? b.and(more, condition) : more, target(insn), insn.opSize);
}

export function jcxz(e: Emitter, insn: Insn): void {
  const size = insn.addrSize;
  e.branch(e.b.eq(e.readGpr(1, size), e.konst(0, size)), target(insn), insn.opSize);
}

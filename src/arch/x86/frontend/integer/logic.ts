// AND OR XOR TEST NOT.

import { MEM_RMW } from "../../../../layout/access.js";
import type { Emitter } from "../emitter.js";
import type { Insn } from "../insn.js";

export function and(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  const x = e.readOperand(insn, 0, MEM_RMW);
  const r = e.b.and(x, e.readOperand(insn, 1));
  e.update(insn, 0, r);
  e.flags.logic(size, r);
}

export function or(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  const x = e.readOperand(insn, 0, MEM_RMW);
  const r = e.b.or(x, e.readOperand(insn, 1));
  e.update(insn, 0, r);
  e.flags.logic(size, r);
}

export function xor(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  const x = e.readOperand(insn, 0, MEM_RMW);
  const r = e.b.xor(x, e.readOperand(insn, 1));
  e.update(insn, 0, r);
  e.flags.logic(size, r);
}

export function test(e: Emitter, insn: Insn): void {
  const x = e.readOperand(insn, 0);
  e.flags.logic(e.operandSize(insn, 0), e.b.and(x, e.readOperand(insn, 1)));
}

export function not(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  const x = e.readOperand(insn, 0, MEM_RMW);
  e.update(insn, 0, e.trim(e.b.not(x), size));
}

// ADD ADC SUB SBB CMP INC DEC NEG.

import { MEM_RMW } from "../../../../layout/access.js";
import type { Emitter } from "../emitter.js";
import type { Insn } from "../insn.js";

export function add(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  const x = e.readOperand(insn, 0, MEM_RMW);
  const y = e.readOperand(insn, 1);
  const r = e.trim(e.b.add(x, y), size);
  e.update(insn, 0, r);
  e.flags.add(size, x, y, r);
}

export function adc(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  const x = e.readOperand(insn, 0, MEM_RMW);
  const y = e.readOperand(insn, 1);
  const carry = e.flags.carry();
  const r = e.trim(e.b.add(e.b.add(x, y), e.typed(carry, size)), size);
  e.update(insn, 0, r);
  e.flags.adc(size, x, y, carry, r);
}

export function sub(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  const x = e.readOperand(insn, 0, MEM_RMW);
  const y = e.readOperand(insn, 1);
  const r = e.trim(e.b.sub(x, y), size);
  e.update(insn, 0, r);
  e.flags.sub(size, x, y, r);
}

export function sbb(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  const x = e.readOperand(insn, 0, MEM_RMW);
  const y = e.readOperand(insn, 1);
  const carry = e.flags.carry();
  const r = e.trim(e.b.sub(e.b.sub(x, y), e.typed(carry, size)), size);
  e.update(insn, 0, r);
  e.flags.sbb(size, x, y, carry, r);
}

export function cmp(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  const x = e.readOperand(insn, 0);
  const y = e.readOperand(insn, 1);
  e.flags.sub(size, x, y, e.trim(e.b.sub(x, y), size));
}

export function inc(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  const x = e.readOperand(insn, 0, MEM_RMW);
  const carry = e.flags.carry();
  const r = e.trim(e.b.add(x, e.konst(1, size)), size);
  e.update(insn, 0, r);
  e.flags.inc(size, r, carry);
}

export function dec(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  const x = e.readOperand(insn, 0, MEM_RMW);
  const carry = e.flags.carry();
  const r = e.trim(e.b.sub(x, e.konst(1, size)), size);
  e.update(insn, 0, r);
  e.flags.dec(size, r, carry);
}

export function neg(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  const x = e.readOperand(insn, 0, MEM_RMW);
  const zero = e.konst(0, size);
  const r = e.trim(e.b.sub(zero, x), size);
  e.update(insn, 0, r);
  e.flags.sub(size, zero, x, r);
}

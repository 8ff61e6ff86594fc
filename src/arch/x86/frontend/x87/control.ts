// x87 control instructions: they leave instruction and data pointers and the opcode alone (core/arch/x86/x87/env.ts).

import type { Value } from "../../../../ir/builder.js";
import { Ty } from "../../../../ir/ops.js";
import { M_AC, X_FCW, X_FSW, X_FTOP } from "../../layout.js";
import type { Emitter } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";
import { isReal } from "./common.js";

type Build = (e: Emitter, insn: Insn) => void;

const FORM_32 = 1;
const FORM_REAL = 2;
const FORM_ALIGN = 4;

const FWAIT = helperId("x86_fwait");
const FNINIT = helperId("x86_fninit");
const FLDCW = helperId("x86_fldcw");

export function fwait(e: Emitter): void {
  e.call(FWAIT);
}

export function fninit(e: Emitter): void {
  e.call(FNINIT);
}

/** Clears the exception flags, SF, ES and B. */
export function fnclex(e: Emitter): void {
  const { b } = e;
  b.st(X_FSW, b.and(b.ld(X_FSW, Ty.I32), b.i32(0x7f00)));
}

/** FNENI, FNDISI, FNSETPM: no operation since the 387. */
export function fnothing(): void {}

export function fldcw(e: Emitter, insn: Insn): void {
  e.call(FLDCW, e.loadWide(2, e.ea(insn, false, 2)));
}

export function fnstcw(e: Emitter, insn: Insn): void {
  e.store(2, e.ea(insn, true, 2), e.b.ld(X_FCW, Ty.I32));
}

function statusWord(e: Emitter): Value {
  const { b } = e;
  return b.or(b.ld(X_FSW, Ty.I32), b.shl(b.ld(X_FTOP, Ty.I32), b.i32(11)));
}

export function fnstsw(e: Emitter, insn: Insn): void {
  e.store(2, e.ea(insn, true, 2), statusWord(e));
}

export function fnstswAx(e: Emitter): void {
  e.writeGpr(0, 2, statusWord(e));
}

/** FNSTENV, FLDENV, FNSAVE, FRSTOR; `registers`: 80 bytes more. */
export function environment(name: string, registers: boolean, write: boolean): Build {
  const id = helperId(name);
  return (e, insn) => {
    const wide = insn.opSize !== 2;
    const bytes = (wide ? 28 : 14) + (registers ? 80 : 0);
    const form = (wide ? FORM_32 : 0) | (isReal(e) ? FORM_REAL : 0) | (e.mode & M_AC ? FORM_ALIGN : 0);
    e.call(id, e.ea(insn, write, bytes), e.b.i64(form));
  };
}

// String instructions. Alone they are a load and a store; repeated they are a block of their own that calls a helper
// for a bounded piece of work and branches to itself until rCX is 0 or the comparison ends it. A fault or an interrupt
// in the middle finds rCX, rSI, rDI exact and the instruction to be continued.

import type { Value } from "../../../../ir/builder.js";
import { Ty } from "../../../../ir/ops.js";
import {
  DS,
  ES,
  M_AC,
  M_DEBUG,
  M_SEGCHECK,
  M_TF,
  STR_ADDR_SHIFT,
  STR_ALIGN,
  STR_ONE,
  STR_REPNE,
  STR_SEG_SHIFT,
  X_DF,
} from "../../layout.js";
import type { Emitter, Size } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";

const H_MOVS = helperId("x86_rep_movs");
const H_STOS = helperId("x86_rep_stos");
const H_LODS = helperId("x86_rep_lods");
const H_CMPS = helperId("x86_rep_cmps");
const H_SCAS = helperId("x86_rep_scas");
const LOG2 = [0, 0, 1, 0, 2, 0, 0, 0, 3];
const RAX = 0;
const RSI = 6;
const RDI = 7;

/** An index register cut to the address size. */
export function stringOffset(e: Emitter, insn: Insn, reg: number): Value {
  const full = e.gpr(reg);
  return insn.addrSize === 8 ? full : e.b.zext(full, insn.addrSize === 4 ? 32 : 16);
}

/** Linear address of the source (DS or override: rSI). */
export function stringSource(e: Emitter, insn: Insn, size: Size): Value {
  return e.linear(insn.segment >= 0 ? insn.segment : DS, stringOffset(e, insn, RSI), size, false);
}

/** Linear address of the destination (ES:rDI). */
export function stringTarget(e: Emitter, insn: Insn, size: Size, write: boolean): Value {
  return e.linear(ES, stringOffset(e, insn, RDI), size, write);
}

/** Moves an index register on by one element, up or down by DF. */
export function stringAdvance(e: Emitter, insn: Insn, reg: number, size: Size): void {
  const b = e.b;
  const step = b.shl(b.ld(X_DF, Ty.I32), b.i32(LOG2[size]!));
  if (insn.addrSize === 8) e.writeGpr(reg, 8, b.add(e.gpr(reg), b.exts(step)));
  else e.writeGpr(reg, insn.addrSize, b.add(e.readGpr(reg, 4), step));
}

/** The word that tells a helper what to repeat (STR_* of layout.ts). */
export function stringWord(e: Emitter, insn: Insn, size: Size): Value {
  let word = LOG2[size]! | (LOG2[insn.addrSize]! << STR_ADDR_SHIFT);
  word |= (insn.segment >= 0 ? insn.segment : DS) << STR_SEG_SHIFT;
  if (insn.rep === 0xf2) word |= STR_REPNE;
  if (e.mode & (M_SEGCHECK | M_TF | M_DEBUG)) word |= STR_ONE;
  if (e.mode & M_AC) word |= STR_ALIGN;
  return e.b.i64(word);
}

function repeat(e: Emitter, insn: Insn, helper: number, size: Size): void {
  const more = e.b.wrap(e.call(helper, stringWord(e, insn, size)));
  e.branch(more, insn.start);
}

export function movs(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  if (insn.rep !== 0) {
    repeat(e, insn, H_MOVS, size);
    return;
  }
  const v = e.load(size, stringSource(e, insn, size));
  e.store(size, stringTarget(e, insn, size, true), v);
  stringAdvance(e, insn, RSI, size);
  stringAdvance(e, insn, RDI, size);
}

export function stos(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  if (insn.rep !== 0) {
    repeat(e, insn, H_STOS, size);
    return;
  }
  e.store(size, stringTarget(e, insn, size, true), e.readGpr(RAX, size));
  stringAdvance(e, insn, RDI, size);
}

export function lods(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  if (insn.rep !== 0) {
    repeat(e, insn, H_LODS, size);
    return;
  }
  const v = e.load(size, stringSource(e, insn, size));
  e.writeGpr(RAX, size, v);
  stringAdvance(e, insn, RSI, size);
}

export function cmps(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  if (insn.rep !== 0) {
    repeat(e, insn, H_CMPS, size);
    return;
  }
  const x = e.load(size, stringSource(e, insn, size));
  const y = e.load(size, stringTarget(e, insn, size, false));
  stringAdvance(e, insn, RSI, size);
  stringAdvance(e, insn, RDI, size);
  e.flags.sub(size, x, y, e.trim(e.b.sub(x, y), size));
}

export function scas(e: Emitter, insn: Insn): void {
  const size = e.operandSize(insn, 0);
  if (insn.rep !== 0) {
    repeat(e, insn, H_SCAS, size);
    return;
  }
  const y = e.load(size, stringTarget(e, insn, size, false));
  const x = e.readGpr(RAX, size);
  stringAdvance(e, insn, RDI, size);
  e.flags.sub(size, x, y, e.trim(e.b.sub(x, y), size));
}

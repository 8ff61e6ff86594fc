// IN, OUT, INS, OUTS. Blocks end after them: a device may have asked for attention.

import { DS, ES, M_DEBUG, M_TF } from "../../layout.js";
import type { Emitter, Size } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";

const H_IN = helperId("x86_in");
const H_OUT = helperId("x86_out");
const H_INS = helperId("x86_ins");
const H_OUTS = helperId("x86_outs");

/** Bytes moved: even opcodes 1, odd ones 2 or 4. */
function width(insn: Insn): Size {
  return (insn.opcode & 1) === 0 ? 1 : insn.opSize === 2 ? 2 : 4;
}

/** Bit 3 of the opcode: port in DX. */
function port(e: Emitter, insn: Insn): number {
  return insn.opcode & 8 ? e.b.extu(e.readGpr(2, 2)) : e.b.i64(insn.immLo & 0xff);
}

export function input(e: Emitter, insn: Insn): void {
  const size = width(insn);
  e.writeGpr(0, size, e.b.wrap(e.call(H_IN, port(e, insn), e.b.i64(size))));
  e.exitNext();
}

export function output(e: Emitter, insn: Insn): void {
  const size = width(insn);
  e.call(H_OUT, port(e, insn), e.b.i64(size), e.b.extu(e.readGpr(0, size)));
  e.exitNext();
}

/** The word of x86_ins and x86_outs (core/arch/x86/portio.ts). */
function stringWord(e: Emitter, insn: Insn, segment: number): number {
  const one = e.mode & (M_TF | M_DEBUG) ? 0x2000 : 0;
  return width(insn) | (insn.addrSize << 4) | (segment << 8) | (insn.rep !== 0 ? 0x1000 : 0) | one;
}

export function ins(e: Emitter, insn: Insn): void {
  e.call(H_INS, e.b.i64(stringWord(e, insn, ES)), e.pcAt(insn.start), e.next());
  e.exit();
}

export function outs(e: Emitter, insn: Insn): void {
  const segment = insn.segment >= 0 ? insn.segment : DS;
  e.call(H_OUTS, e.b.i64(stringWord(e, insn, segment)), e.pcAt(insn.start), e.next());
  e.exit();
}

// x87 instructions that compute: arithmetic, comparisons, functions (core/arch/x86/x87/{arith,compare,function}.ts).

import type { Value } from "../../../../ir/builder.js";
import { MEM_SIGNED } from "../../../../layout/access.js";
import type { Emitter } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";
import { operand, record } from "./common.js";

type Build = (e: Emitter, insn: Insn) => void;

// Forms, as the helpers read them.
const POP = 1 << 6;
const REVERSED = 1 << 7;
const QUIET = 1 << 10;
const ZERO = 1 << 11;

/** A memory operand: how it is loaded, and its kind for the helper. */
export type Source = "m32" | "m64" | "i16" | "i32";
const SOURCES = {
  m32: { bytes: 4, signed: 0, kind: 1 << 8 },
  m64: { bytes: 8, signed: 0, kind: 2 << 8 },
  i16: { bytes: 2, signed: MEM_SIGNED, kind: 3 << 8 },
  i32: { bytes: 4, signed: MEM_SIGNED, kind: 3 << 8 },
} as const;

const FCOM = helperId("x86_fcom");
const FCOMI = helperId("x86_fcomi");
const FCMOV = helperId("x86_fcmov");

function withMemory(e: Emitter, insn: Insn, id: number, form: number, source: Source): void {
  const { bytes, signed, kind } = SOURCES[source];
  const { address, pointer } = operand(e, insn, bytes, false);
  const value: Value = e.loadWide(bytes, address, signed);
  e.call(id, e.b.i64(form | kind), value);
  record(e, insn, pointer);
}

/** ST(0) = ST(0) op memory, or memory op ST(0) where reversed. */
export function arithMemory(name: string, source: Source, reversed = false): Build {
  const id = helperId(name);
  return (e, insn) => withMemory(e, insn, id, reversed ? REVERSED : 0, source);
}

/** ST(0) = ST(0) op ST(i). */
export function arithTop(name: string, reversed = false): Build {
  const id = helperId(name);
  return (e, insn) => {
    e.call(id, e.b.i64(((insn.rm & 7) << 3) | (reversed ? REVERSED : 0)));
    record(e, insn);
  };
}

/** ST(i) = ST(i) op ST(0), with or without a pop. */
export function arithRegister(name: string, reversed: boolean, pop: boolean): Build {
  const id = helperId(name);
  return (e, insn) => {
    e.call(id, e.b.i64((insn.rm & 7) | (reversed ? REVERSED : 0) | (pop ? POP : 0)));
    record(e, insn);
  };
}

/** FCOM and its kin with ST(i); `pops` registers are popped. */
export function compare(pops: 0 | 1 | 2, quiet = false): Build {
  return (e, insn) => {
    e.call(FCOM, e.b.i64(((insn.rm & 7) << 3) | (pops << 6) | (quiet ? QUIET : 0)));
    record(e, insn);
  };
}

export function compareMemory(pops: 0 | 1, source: Source): Build {
  return (e, insn) => withMemory(e, insn, FCOM, pops << 6, source);
}

export function ftst(e: Emitter, insn: Insn): void {
  e.call(FCOM, e.b.i64(ZERO));
  record(e, insn);
}

/** FCOMI and its kin: the helper writes the flags. */
export function compareFlags(pops: 0 | 1, quiet: boolean): Build {
  return (e, insn) => {
    e.call(FCOMI, e.b.i64(((insn.rm & 7) << 3) | (pops << 6) | (quiet ? QUIET : 0)));
    record(e, insn);
  };
}

/** FCMOVcc for a condition code 0-15. */
export function conditionalMove(cc: number): Build {
  return (e, insn) => {
    const condition = e.b.extu(e.condition(cc));
    e.call(FCMOV, e.b.i64(insn.rm & 7), condition);
    record(e, insn);
  };
}

/** An instruction without an operand in its encoding; `a` is the helper's argument. */
export function plain(name: string, a = 0): Build {
  const id = helperId(name);
  return (e, insn) => {
    e.call(id, e.b.i64(a));
    record(e, insn);
  };
}

/** An instruction on ST(i): helper (i, b). */
export function onRegister(name: string, b = 0): Build {
  const id = helperId(name);
  return (e, insn) => {
    e.call(id, e.b.i64(insn.rm & 7), e.b.i64(b));
    record(e, insn);
  };
}

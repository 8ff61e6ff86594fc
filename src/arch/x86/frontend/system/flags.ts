// CLI, STI, PUSHF, POPF, CLAC, STAC.

import { Ty } from "../../../../ir/ops.js";
import { F_IF, M_VM, X_FLAGS } from "../../layout.js";
import type { Emitter } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";

const H_CLI = helperId("x86_cli");
const H_STI = helperId("x86_sti");
const H_PUSHF = helperId("x86_pushf");
const H_POPF = helperId("x86_popf");
const H_SET_AC = helperId("x86_set_ac");

export function cli(e: Emitter): void {
  const b = e.b;
  // IOPL allows level 0 everything; nothing becomes deliverable by turning interrupts off.
  if (e.cpl === 0 && !(e.mode & M_VM)) b.st(X_FLAGS, b.and(b.ld(X_FLAGS, Ty.I64), b.i64(~F_IF)));
  else e.call(H_CLI);
}

export function sti(e: Emitter): void {
  e.call(H_STI);
  e.exitNext();
}

export function pushf(e: Emitter, insn: Insn): void {
  const image = e.call(H_PUSHF, e.b.i64(insn.opSize));
  e.push(insn.opSize === 8 ? image : e.b.wrap(image), insn.opSize);
}

export function popf(e: Emitter, insn: Insn): void {
  const image = e.top(insn.opSize);
  e.call(H_POPF, insn.opSize === 8 ? image : e.b.extu(image), e.b.i64(insn.opSize));
  e.setStackPointer(e.stackAt(insn.opSize));
  e.exitNext();
}

/** CLAC, STAC: #UD outside level 0. */
export function setAc(e: Emitter, insn: Insn): void {
  if (e.cpl !== 0) {
    e.undefined();
    return;
  }
  e.call(H_SET_AC, e.b.i64(insn.modrm & 1));
  e.exitNext();
}

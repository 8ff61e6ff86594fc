// What the semantic functions of the x87 share. A helper checks for a pending exception first, so it comes after loads
// (which may fault on their own) and before any change; pointers and opcode are written last (Intel SDM vol. 1, 8.1.8).

import type { Value } from "../../../../ir/builder.js";
import { Ty } from "../../../../ir/ops.js";
import { S_CODE_BASE } from "../../../../layout/vcpu.js";
import { M_PE, M_VM, X_FDP, X_FIP, X_FOP } from "../../layout.js";
import type { Emitter } from "../emitter.js";
import type { Insn } from "../insn.js";

/** Real and virtual-8086 mode, where the pointers are kept as linear addresses. */
export function isReal(e: Emitter): boolean {
  return (e.mode & (M_PE | M_VM)) !== M_PE;
}

/** Linear address of a memory operand, with what the data pointer becomes. */
export interface Operand {
  address: Value;
  pointer: Value;
}

export function operand(e: Emitter, insn: Insn, bytes: number, write: boolean): Operand {
  const offset = e.offset(insn);
  const address = e.linear(e.segmentOf(insn), offset, bytes, write);
  return { address, pointer: isReal(e) ? address : offset };
}

/** Records the last instruction that is not a control instruction, and its memory operand. */
export function record(e: Emitter, insn: Insn, pointer: Value = -1): void {
  const { b } = e;
  const pc = e.pcAt(insn.start);
  b.st(X_FIP, isReal(e) ? b.zext(b.add(pc, b.ld(S_CODE_BASE, Ty.I64)), 32) : pc);
  b.st(X_FOP, b.i32(((insn.opcode & 7) << 8) | insn.modrm));
  if (pointer >= 0) b.st(X_FDP, pointer);
}

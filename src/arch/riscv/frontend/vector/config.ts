// VSETVLI, VSETIVLI, VSETVL (V 6).

import type { Emitter } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";
import type { Build } from "../row.js";
import { vector } from "./unit.js";

const H_VSET = helperId("riscv_vset");

/** By x[rs1]; x0 is as much as there is, and without a destination vl stays. */
function byRegister(vtype: (e: Emitter, insn: Insn) => number): Build {
  return vector((e, insn) => {
    const { b } = e;
    const avl = insn.rs1 === 0 ? b.i64(-1) : e.x(insn.rs1);
    const keep = insn.rs1 === 0 && insn.rd === 0;
    const vl = b.call(H_VSET, avl, vtype(e, insn), b.i64(keep ? 1 : 0));
    e.setX(insn.rd, vl);
  });
}

export const vsetvli: Build = byRegister((e, { imm }) => e.b.u64(imm));
export const vsetvl: Build = byRegister((e, { rs2 }) => e.x(rs2));
/** rs1 is the number. */
export const vsetivli: Build = vector((e, { rd, rs1, imm }) => {
  const vl = e.b.call(H_VSET, e.b.u64(rs1), e.b.u64(imm), e.b.i64(0));
  e.setX(rd, vl);
});

// mstatus.VS (privileged 3.1.6.6): instructions of a unit that is off are illegal, and the first one makes its state dirty, whether it changes
// it or not. Those of floating-point elements need the other unit too (V 13).

import { M_VS_ON, MSTATUS_VS, PRIV_USER } from "../../layout.js";
import type { Emitter } from "../emitter.js";
import { rounds } from "../float/unit.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";
import type { Build } from "../row.js";

const H_LOOK = helperId("riscv_vs_look");
/** rm: as frm says. */
const DYNAMIC = 7;

export function vector(build: Build): Build {
  return (e, insn) => {
    if ((e.mode & M_VS_ON) === 0) {
      if (e.privilege === PRIV_USER) e.illegal(insn);
      else e.leave(H_LOOK, e.b.u64(insn.raw));
    } else {
      e.dirty(MSTATUS_VS);
      build(e, insn);
    }
  };
}

export function vectorFloat(build: (e: Emitter, insn: Insn, rm: number) => void): Build {
  const whole = rounds(build);
  return vector((e, insn) => {
    insn.rm = DYNAMIC;
    whole(e, insn);
  });
}

// mstatus.FS (privileged 3.1.6.6): instructions of a unit that is off are illegal, and those that change its state make it dirty.
// Rounding modes (unprivileged 21.2): reserved ones are illegal.

import { M_FS_ON, MSTATUS_FS, PRIV_USER } from "../../layout.js";
import type { Emitter } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";
import type { Build } from "../row.js";

const H_LOOK = helperId("riscv_fs_look");
/** rm: as frm says. */
const DYNAMIC = 7;
const LAST_MODE = 4;

export function readsF(build: Build): Build {
  return (e, insn) => {
    if (e.mode & M_FS_ON) build(e, insn);
    else if (e.privilege !== PRIV_USER) e.leave(H_LOOK, e.b.u64(insn.raw));
    else e.illegal(insn);
  };
}

export function writesF(build: Build): Build {
  return readsF((e, insn) => {
    build(e, insn);
    if (!e.ended) e.dirty(MSTATUS_FS);
  });
}

/** With a rounding mode. */
export function rounds(build: (e: Emitter, insn: Insn, rm: number) => void): Build {
  const modeOf = (e: Emitter, { rm }: Insn) => (rm === DYNAMIC ? e.frm : rm);
  const changes = writesF((e, insn) => build(e, insn, modeOf(e, insn)));
  return readsF((e, insn) => {
    if (modeOf(e, insn) > LAST_MODE) e.illegal(insn);
    else changes(e, insn);
  });
}

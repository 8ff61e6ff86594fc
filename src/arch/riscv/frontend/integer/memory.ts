// Loads and stores (unprivileged 2.6, 4.3). A misaligned access is done: there is no exception for it.

import { Ty } from "../../../../ir/ops.js";
import { MEM_SIGNED } from "../../../../layout/access.js";
import type { Build } from "../row.js";

export const BYTE = 0;
export const HALF = 1;
export const WORD = 2;
export const DOUBLE = 3;

export function load(word: number): Build {
  return (e, insn) => e.setX(insn.rd, e.b.load(Ty.I64, e.address(insn), word));
}

export function loadSigned(size: number): Build {
  return load(size | MEM_SIGNED);
}

export function store(size: number): Build {
  return (e, insn) => e.b.store(e.address(insn), e.x(insn.rs2), size);
}

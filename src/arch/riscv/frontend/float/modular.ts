// FCVTMOD.W.D: modulo 2^32 (Zfa, unprivileged 26.5).

import { helperId } from "../helpers.js";
import type { Build } from "../row.js";
import { DOUBLE } from "./format.js";
import { writesF } from "./unit.js";

const H_MODULAR = helperId("riscv_fcvtmod_w_d");

export const modular: Build = writesF((e, { rd, rs1 }) => {
  // Without a destination it still sets flags.
  const result = e.b.call(H_MODULAR, DOUBLE.get(e, rs1));
  e.setX(rd, result);
});

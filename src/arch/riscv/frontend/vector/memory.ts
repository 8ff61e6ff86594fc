// Vector loads and stores (V 7): core reads what they are from the encoding.

import { helperId } from "../helpers.js";
import type { Build } from "../row.js";
import { vector } from "./unit.js";

const H_LOAD = helperId("riscv_v_load");
const H_STORE = helperId("riscv_v_store");

/** `strided`: by x[rs2]. */
function access(helper: number, strided: boolean): Build {
  return vector((e, insn) => {
    const stride = strided ? e.x(insn.rs2) : e.b.i64(0);
    e.b.call(helper, e.b.u64(insn.raw), e.x(insn.rs1), stride);
  });
}

export const load: Build = access(H_LOAD, false);
export const store: Build = access(H_STORE, false);
export const loadStrided: Build = access(H_LOAD, true);
export const storeStrided: Build = access(H_STORE, true);

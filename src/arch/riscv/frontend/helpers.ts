// What IR cannot say: functions of core/arch/riscv. "next" is the program counter after the instruction.

import { type HelperDef, helper, pure, system } from "../../../ir/helpers.js";
import { RV_END, RV_FFLAGS, RV_PRIV, RV_RM } from "../layout.js";
import { SHORTCUTS } from "./float/shortcuts.js";
import { VECTOR_HELPERS } from "./vector/helpers.js";

/** All but the registers of programs. */
const CONTROL = [RV_PRIV, RV_END] as const;

/** Sees and changes what is the system's. */
function control(name: string): HelperDef {
  return helper(`riscv_${name}`, { reads: [CONTROL], writes: [CONTROL], fault: true, exact: true, system: true });
}

const FFLAGS = [RV_FFLAGS, RV_FFLAGS + 4] as const;

/** Adds to fflags. */
function float(name: string): HelperDef {
  const shortcut = SHORTCUTS[name];
  return helper(`riscv_${name}`, { reads: [FFLAGS], writes: [FFLAGS], ...(shortcut ? { shortcut } : {}) });
}

const FORMATS = ["h", "s", "d"];
/** Of each format. */
const each = (...names: string[]) => names.flatMap((name) => FORMATS.map((format) => float(`${name}_${format}`)));
const INTEGERS = ["w", "wu", "l", "lu"];
const LONGS = ["l", "lu"];

export const HELPERS: readonly HelperDef[] = [
  // (encoding): illegal instruction.
  control("illegal"),
  // (encoding): environment call of the current privilege; (program counter): breakpoint.
  control("ecall"),
  control("ebreak"),
  // (encoding) -> value of the register; illegal instruction.
  helper("riscv_csr_read", { reads: [CONTROL], writes: [CONTROL], fault: true, exact: true }),
  // (encoding, operand, next) -> what it was.
  control("csr_write"),
  // (): mstatus was written.
  helper("riscv_due", { reads: [CONTROL], system: true }),
  // (encoding): back from a trap.
  control("mret"),
  control("sret"),
  // (encoding, next).
  control("wfi"),
  // (encoding, address, next): SFENCE.VMA, SINVAL.VMA and what stands around it.
  control("sfence"),
  // (encoding, address): CBO.CLEAN, CBO.FLUSH, CBO.INVAL: whether it may be done.
  control("cbo"),
  // (encoding, address): of two registers each.
  system("riscv_amocas_q"),
  // Carry-less products: low half, high half, high half of twice the product.
  pure("riscv_clmul"),
  pure("riscv_clmulh"),
  pure("riscv_clmulr"),

  // (encoding): the mode says from now on whether the floating-point unit is on; the instruction is executed again.
  control("fs_look"),
  ...FORMATS.map((format) => pure(`riscv_fclass_${format}`)),
  ...each("feq", "flt", "fle", "fmin", "fmax"),
  // (a, b, rounding mode), (a, rounding mode); (a, b, c): RV_RM is the rounding mode, or it is to the nearest.
  ...each("fadd", "fsub", "fmul", "fdiv", "fsqrt"),
  ...FORMATS.map((format) => helper(`riscv_fma_${format}`, { reads: [FFLAGS, [RV_RM, RV_RM + 4]], writes: [FFLAGS] })),
  float("fma_near_s"),
  float("fma_near_d"),
  ...INTEGERS.flatMap((integer) => each(`fcvt_${integer}`)),
  ...FORMATS.flatMap((format) => LONGS.map((integer) => float(`fcvt_${format}_${integer}`))),
  ...FORMATS.flatMap((to) => FORMATS.filter((from) => from !== to).map((from) => float(`fcvt_${to}_${from}`))),
  // Zfa: (a, b); (a, rounding mode); (a).
  ...each("fminm", "fmaxm", "fltq", "fleq"),
  ...each("fround", "froundnx"),
  float("fcvtmod_w_d"),
  ...VECTOR_HELPERS,
];

const ids = new Map(HELPERS.map(({ name }, id) => [name, id]));

export function helperId(name: string): number {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`no helper ${name}`);
  return id;
}

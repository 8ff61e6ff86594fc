// What IR cannot say: functions of core/arch/riscv. "next" is the program counter after the instruction.

import { type HelperDef, helper, pure, system } from "../../../ir/helpers.js";
import { RV_FFLAGS, RV_RM } from "../layout.js";

const FFLAGS = [RV_FFLAGS, RV_FFLAGS + 4] as const;

/** Adds to fflags. */
function float(name: string): HelperDef {
  return helper(`riscv_${name}`, { reads: [FFLAGS], writes: [FFLAGS] });
}

const FORMATS = ["h", "s", "d"];
/** Of each format. */
const each = (...names: string[]) => names.flatMap((name) => FORMATS.map((format) => float(`${name}_${format}`)));
const INTEGERS = ["w", "wu", "l", "lu"];
const LONGS = ["l", "lu"];

export const HELPERS: readonly HelperDef[] = [
  // (encoding): illegal instruction.
  helper("riscv_illegal", { writes: "all", fault: true, exact: true }),
  // (encoding): environment call of the current privilege; (program counter): breakpoint.
  helper("riscv_ecall", { writes: "all", fault: true, exact: true }),
  helper("riscv_ebreak", { writes: "all", fault: true, exact: true }),
  // (encoding) -> value of the register; illegal instruction.
  helper("riscv_csr_read", { reads: "all", fault: true, exact: true }),
  // (encoding, operand, next): reads into rd and writes.
  system("riscv_csr_write"),
  // (encoding): back from a trap.
  system("riscv_mret"),
  system("riscv_sret"),
  // (encoding, next).
  system("riscv_wfi"),
  // (encoding, address, next): SFENCE.VMA, SINVAL.VMA and what stands around it.
  system("riscv_sfence"),
  // (encoding, address): CBO.CLEAN, CBO.FLUSH, CBO.INVAL: whether it may be done.
  helper("riscv_cbo", { reads: "all", writes: "all", fault: true, exact: true }),
  // (encoding, address): of two registers each.
  system("riscv_amocas_q"),
  // Carry-less products: low half, high half, high half of twice the product.
  pure("riscv_clmul"),
  pure("riscv_clmulh"),
  pure("riscv_clmulr"),

  // (): the floating-point unit's state is dirty from now on; the instruction is executed again.
  helper("riscv_fs_dirty", { reads: "all", writes: "all", fault: true, exact: true }),
  ...FORMATS.map((format) => pure(`riscv_fclass_${format}`)),
  ...each("feq", "flt", "fle", "fmin", "fmax"),
  // (a, b, rounding mode), (a, rounding mode); (a, b, c): RV_RM is the rounding mode.
  ...each("fadd", "fsub", "fmul", "fdiv", "fsqrt"),
  ...FORMATS.map((format) => helper(`riscv_fma_${format}`, { reads: [FFLAGS, [RV_RM, RV_RM + 4]], writes: [FFLAGS] })),
  ...INTEGERS.flatMap((integer) => each(`fcvt_${integer}`)),
  ...FORMATS.flatMap((format) => LONGS.map((integer) => float(`fcvt_${format}_${integer}`))),
  ...FORMATS.flatMap((to) => FORMATS.filter((from) => from !== to).map((from) => float(`fcvt_${to}_${from}`))),
  // Zfa: (a, b); (a, rounding mode); (a).
  ...each("fminm", "fmaxm", "fltq", "fleq"),
  ...each("fround", "froundnx"),
  float("fcvtmod_w_d"),
];

const ids = new Map(HELPERS.map(({ name }, id) => [name, id]));

export function helperId(name: string): number {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`no helper ${name}`);
  return id;
}

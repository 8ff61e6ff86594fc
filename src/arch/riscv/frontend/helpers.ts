// What IR cannot say: functions of core/arch/riscv. "next" is the program counter after the instruction.

import { type HelperDef, helper, pure, system } from "../../../ir/helpers.js";
import { RV_FFLAGS, RV_RM } from "../layout.js";

const FFLAGS = [RV_FFLAGS, RV_FFLAGS + 4] as const;

/** Adds to fflags. */
function float(name: string): HelperDef {
  return helper(`riscv_${name}`, { reads: [FFLAGS], writes: [FFLAGS] });
}

const both = (...names: string[]) => names.flatMap((name) => [float(`${name}_s`), float(`${name}_d`)]);
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
  pure("riscv_fclass_s"),
  pure("riscv_fclass_d"),
  ...both("feq", "flt", "fle", "fmin", "fmax"),
  // (a, b, rounding mode), (a, rounding mode); (a, b, c): RV_RM is the rounding mode.
  ...both("fadd", "fsub", "fmul", "fdiv", "fsqrt"),
  ...["s", "d"].map((letter) =>
    helper(`riscv_fma_${letter}`, { reads: [FFLAGS, [RV_RM, RV_RM + 4]], writes: [FFLAGS] }),
  ),
  ...INTEGERS.flatMap((integer) => both(`fcvt_${integer}`)),
  ...LONGS.flatMap((integer) => [float(`fcvt_s_${integer}`), float(`fcvt_d_${integer}`)]),
  float("fcvt_s_d"),
  float("fcvt_d_s"),
];

const ids = new Map(HELPERS.map(({ name }, id) => [name, id]));

export function helperId(name: string): number {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`no helper ${name}`);
  return id;
}

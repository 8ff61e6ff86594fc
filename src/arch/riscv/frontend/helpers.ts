// What IR cannot say: functions of core/arch/riscv. "next" is the program counter after the instruction.

import { type HelperDef, helper, pure, system } from "../../../ir/helpers.js";

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
];

const ids = new Map(HELPERS.map(({ name }, id) => [name, id]));

export function helperId(name: string): number {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`no helper ${name}`);
  return id;
}

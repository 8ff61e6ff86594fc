// An instruction, decoded.

import type { Pattern } from "./pattern.js";

export interface Insn {
  /** What it is disassembled by. */
  row: Pattern & { readonly mnemonic: string; readonly operands: string };
  rd: number;
  rs1: number;
  rs2: number;
  rs3: number;
  /** Extended as its name in the encoding says; bits 63 to 32 are copies of bit 31. */
  imm: number;
  csr: number;
  /** Rounding mode. */
  rm: number;
  /** All elements are active: of vector instructions. */
  vm: number;
  /** Bytes: 2 or 4. */
  length: number;
  /** The encoding as it stood in memory. */
  raw: number;
}

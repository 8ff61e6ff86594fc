// The shape of a table row.

import type { Emitter } from "./emitter.js";
import type { Insn } from "./insn.js";
import { type Pattern, parse } from "./pattern.js";

export type Build = (e: Emitter, insn: Insn) => void;

/** Row: [encoding, mnemonic, operands, build].
 *
 *  encoding   as in the manual's tables, from the highest bit down: bits, and fields. Fields: rd rs1 rs2 rs3 (5 bits), rm (3), aqrl (2),
 *             csr (12), and immediates with the bits they hold, "imm[12|10:5]" (sign-extended) or "uimm[5:0]" (zero-extended).
 *             In compressed ones rd' rs1' rs2' are 3 bits for x8 to x15; "nz" before an immediate and "!0" behind a register mean that
 *             0 is another instruction or none.
 *  operands   as disassembled: the names of the fields, "target" for a displacement from the instruction; fd fs1 fs2 fs3 name f registers.
 *  build      its function.
 */
export type Row = readonly [encoding: string, mnemonic: string, operands: string, build: Build];

/** Compressed: [encoding, the instruction it stands for, as "addi rd, rd, imm"]. */
export type CompressedRow = readonly [encoding: string, expansion: string];

/** The instructions of an extension; of "zbb|zbkb" one is needed, of "zabha+zacas" both. */
export interface Table {
  readonly extension: string;
  readonly rows: readonly Row[];
}

export interface CompressedTable {
  readonly extension: string;
  readonly rows: readonly CompressedRow[];
}

export interface CompiledRow extends Pattern {
  readonly mnemonic: string;
  readonly operands: string;
  readonly build: Build;
}

export function compile([encoding, mnemonic, operands, build]: Row): CompiledRow {
  return { ...parse(encoding, 32), mnemonic, operands, build };
}

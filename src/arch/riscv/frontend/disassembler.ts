// A decoded instruction as text.

import { fieldOf } from "./compressed.js";
import { csrName } from "./csr-names.js";
import type { Insn } from "./insn.js";
import { F_NAMES, X_NAMES } from "./registers.js";

const ROUNDING = ["rne", "rtz", "rdn", "rup", "rmm", "?", "?", ""];
const DYNAMIC = 7;

export function textOf(insn: Insn, pc: bigint): string {
  const { row, rm } = insn;
  const operands = row.operands.replace(/[a-z]+[0-9]?/g, (word) => operand(word, insn, pc));
  const rounding = row.fields.has("rm") && rm !== DYNAMIC ? `, ${ROUNDING[rm]}` : "";
  return `${row.mnemonic} ${operands}${rounding}`.trim();
}

function operand(word: string, insn: Insn, pc: bigint): string {
  const value = insn[fieldOf(word)];
  switch (word) {
    case "target":
      return `0x${BigInt.asUintN(64, pc + BigInt(value)).toString(16)}`;
    case "csr":
      return csrName(value);
    case "imm":
    case "uimm":
      // LUI and AUIPC are written with the upper 20 bits alone.
      return insn.row.operands === "rd, imm" &&
        (value & 0xfff) === 0 &&
        insn.row.fields.get("imm")?.pieces[0]?.to === 12
        ? `0x${(value >>> 12).toString(16)}`
        : String(value);
  }
  return (word.startsWith("f") ? F_NAMES : X_NAMES)[value]!;
}

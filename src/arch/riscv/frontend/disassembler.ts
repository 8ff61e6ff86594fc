// A decoded instruction as text.

import { fieldOf } from "./compressed.js";
import { csrName } from "./csr-names.js";
import type { Insn } from "./insn.js";
import { F_NAMES, X_NAMES } from "./registers.js";

const ROUNDING = ["rne", "rtz", "rdn", "rup", "rmm", "?", "?", ""];
const DYNAMIC = 7;

export function textOf(insn: Insn, pc: bigint): string {
  const { row, rm } = insn;
  const operands = row.operands.replace(/[a-z]+[0-9]?/g, (word) => operand(word, insn, pc)).replace(/, $/, "");
  const rounding = row.fields.has("rm") && rm !== DYNAMIC ? `, ${ROUNDING[rm]}` : "";
  return `${row.mnemonic} ${operands}${rounding}`.trim();
}

/** As assemblers write it; a number where bits are set that mean nothing. */
function vtypeText(value: number): string {
  const [sew, lmul] = [(value >> 3) & 7, value & 7];
  if (value > 0xff || sew > 3 || lmul === 4) return String(value);
  const group = lmul < 4 ? `m${1 << lmul}` : `mf${1 << (8 - lmul)}`;
  return `e${8 << sew}, ${group}, ${value & 0x40 ? "ta" : "tu"}, ${value & 0x80 ? "ma" : "mu"}`;
}

function operand(word: string, insn: Insn, pc: bigint): string {
  const value = insn[fieldOf(word)];
  switch (word) {
    case "target":
      return `0x${BigInt.asUintN(64, pc + BigInt(value)).toString(16)}`;
    case "vm":
      return value ? "" : "v0.t";
    case "vtype":
      return vtypeText(value);
    case "avl":
      return String(value);
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
  if (word.startsWith("v")) return word === "v0" ? word : `v${value}`;
  return (word.startsWith("f") ? F_NAMES : X_NAMES)[value]!;
}

// Encodings of every vector instruction of the table, register and memory form, with a choice of immediates.

import type { Row } from "../../../../src/arch/x86/frontend/row.js";
import { parseOpcode } from "../../../../src/arch/x86/frontend/tables.js";
import type { Kind } from "./operands.js";

export interface Instruction {
  name: string;
  code: Uint8Array;
  kind: Kind;
  row: Row;
}

const IMMEDIATES = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x0b, 0x0f, 0x10, 0x11, 0x12, 0x18, 0x1b, 0x1f, 0x20, 0x27, 0x30, 0x3f, 0x40, 0x4e,
  0x55, 0x71, 0x7f, 0x81, 0x8f, 0xaa, 0xb1, 0xe4, 0xf0, 0xff,
];

/** Not compared: low bits of approximations, and the string of bytes written by MASKMOV is. */
const EXCLUDED = /^(rcp|rsqrt|ldmxcsr|stmxcsr|emms)/;

function kindOf(row: Row): Kind {
  const [, name, operands] = row;
  if (/^pcmp[ei]str/.test(name)) return "string";
  if (/^cvtt?ps/.test(name) || name === "cvtss2sd") return "single";
  if (/^cvtt?pd/.test(name) || name === "cvtsd2ss") return "double";
  if (/^cvt(dq|pi)/.test(name)) return "int";
  if (/[VW](ps|ss)/.test(operands)) return "single";
  if (/[VW](pd|sd)/.test(operands)) return "double";
  return "int";
}

/** Register numbers by operand letter; the first operand is written. */
function register(letter: string, first: boolean): number {
  switch (letter) {
    case "V":
    case "W":
    case "U":
      return first ? 1 : 2;
    case "P":
    case "Q":
    case "N":
      return first ? 0 : 1;
    default:
      // RAX is written, RDX is read.
      return first ? 0 : 2;
  }
}

export function encodings(rows: readonly Row[]): Instruction[] {
  const out: Instruction[] = [];
  for (const row of rows) {
    const [opcode, name, operands] = row;
    if (EXCLUDED.test(name)) continue;
    const e = parseOpcode(opcode);
    const codes = operands.split(",");
    const prefix = e.prefix === 1 ? [0x66] : e.prefix === 2 ? [0xf3] : e.prefix === 3 ? [0xf2] : [];
    const map = e.map === 1 ? [0x0f] : e.map === 2 ? [0x0f, 0x38] : [0x0f, 0x3a];
    const hasImm = codes.includes("Ib");
    let reg = Math.max(0, e.reg);
    let rm = 0;
    let canRegister = e.form !== 2;
    let canMemory = false;
    codes.forEach((code, n) => {
      const letter = code[0]!;
      if ("VPG".includes(letter)) reg = register(letter, n === 0);
      else if ("WQEUNM".includes(letter)) rm = register(letter, n === 0);
      if (letter === "M") canRegister = false;
      if ("WQEM".includes(letter)) canMemory = e.form !== 1;
    });
    const widths = /[EGM]y/.test(operands) || /^pcmpestr/.test(name) ? [[], [0x48]] : [[]];
    const immediates = hasImm ? IMMEDIATES : [-1];
    for (const memory of [false, true]) {
      if (memory ? !canMemory : !canRegister) continue;
      for (const rex of widths) {
        for (const imm of immediates) {
          const modrm = memory ? (reg << 3) | 7 : 0xc0 | (reg << 3) | rm;
          const code = [...prefix, ...rex, ...map, e.opcode, modrm, ...(imm >= 0 ? [imm] : [])];
          out.push({
            name: `${name} ${operands}${memory ? " memory" : ""}${rex.length ? " rex.w" : ""}${imm >= 0 ? ` ${imm}` : ""}`,
            code: Uint8Array.from(code),
            kind: kindOf(row),
            row,
          });
        }
      }
    }
  }
  return out;
}

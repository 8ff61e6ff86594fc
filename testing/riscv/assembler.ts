// RISC-V assembly, by the rows of the frontend: what the disassembler writes, labels, and `li` of any number.

import { fieldOf } from "../../src/arch/riscv/frontend/compressed.js";
import { csrNumber } from "../../src/arch/riscv/frontend/csr-names.js";
import type { Field } from "../../src/arch/riscv/frontend/pattern.js";
import { F_NAMES, X_NAMES } from "../../src/arch/riscv/frontend/registers.js";
import { type CompiledRow, compile } from "../../src/arch/riscv/frontend/row.js";
import { TABLES } from "../../src/arch/riscv/frontend/tables.js";

const ROWS = new Map(TABLES.flatMap(({ rows }) => rows.map(compile)).map((row) => [row.mnemonic, row]));
const words = (text: string): string[] => text.split(/[ ,()]+/).filter((word) => word !== "");

/** Bits of an encoding that make a field a value. */
export function encodeField({ pieces }: Field, value: number): number {
  return pieces.reduce((bits, { from, mask, to }) => bits | (((value >> to) & mask) << from), 0);
}

function operandValue(
  row: CompiledRow,
  operand: string,
  word: string,
  labels: ReadonlyMap<string, number>,
  at: number,
): number {
  const x = X_NAMES.indexOf(word);
  if (x >= 0) return x;
  const f = F_NAMES.indexOf(word);
  if (f >= 0) return f;
  if (/^v\d+$/.test(word)) return Number(word.slice(1));
  if (operand === "csr") return csrNumber(word);
  const label = labels.get(word);
  if (label !== undefined) return label - at;
  const number = Number(word);
  if (Number.isNaN(number)) throw new Error(`${row.mnemonic}: ${word}`);
  // LUI and AUIPC are given the upper 20 bits.
  return operand === "imm" && row.fields.get("imm")?.pieces[0]?.to === 12 ? number << 12 : number;
}

/** Instructions that put a number into a register: its upper part, shifted, and 12 bits more. */
function li(register: string, value: bigint): string[] {
  const low = BigInt.asIntN(12, value);
  const rest = BigInt.asIntN(64, value - low);
  if (rest === 0n) return [`addi ${register}, zero, ${low}`];
  if (BigInt.asIntN(32, value) === value) {
    const upper = [`lui ${register}, ${BigInt.asUintN(20, rest >> 12n)}`];
    return low === 0n ? upper : [...upper, `addiw ${register}, ${register}, ${low}`];
  }
  return [...li(register, rest >> 12n), `slli ${register}, ${register}, 12`, `addi ${register}, ${register}, ${low}`];
}

function expand(line: string): string[] {
  const [name, ...operands] = words(line);
  if (name === "li") return li(operands[0]!, BigInt(operands[1]!));
  if (name === "j") return [`jal zero, ${operands[0]}`];
  if (name === "ret") return ["jalr zero, 0(ra)"];
  if (name === "csrr") return [`csrrs ${operands[0]}, ${operands[1]}, zero`];
  if (name === "csrw") return [`csrrw zero, ${operands[0]}, ${operands[1]}`];
  return [line];
}

/** The words of a program that begins at `origin`. Lines are instructions, labels ("name:"), and words (".word 0x..."). */
export function assemble(origin: number, text: string): { code: number[]; labels: ReadonlyMap<string, number> } {
  const lines = text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "");
  const labels = new Map<string, number>();
  const instructions: string[] = [];
  for (const line of lines) {
    if (line.endsWith(":")) labels.set(line.slice(0, -1), origin + 4 * instructions.length);
    else instructions.push(...expand(line));
  }
  const code = instructions.map((line, k) => {
    const [name, ...operands] = words(line);
    if (name === ".word") return Number(operands[0]) >>> 0;
    const row = ROWS.get(name!);
    const names = words(row?.operands ?? "");
    if (!row || names.length !== operands.length) throw new Error(`no instruction ${line}`);
    const bits = names.map((operand, n) => {
      const field = row.fields.get(fieldOf(operand))!;
      return encodeField(field, operandValue(row, operand, operands[n]!, labels, origin + 4 * k));
    });
    return bits.reduce((all, one) => all | one, row.match) >>> 0;
  });
  return { code, labels };
}

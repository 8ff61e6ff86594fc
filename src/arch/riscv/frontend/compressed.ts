// Compressed instructions: each is a row with the instruction it stands for, whose fields are its own fields, registers and numbers.

import { type Field, type FieldName, type Pattern, parse } from "./pattern.js";
import { xNumber } from "./registers.js";
import type { CompiledRow, CompressedRow } from "./row.js";

export interface CompiledCompressed extends Pattern {
  readonly row: CompiledRow;
  /** What the fields of `row` are. */
  readonly set: ReadonlyMap<FieldName, Field>;
}

/** Field of an operand's name in Row.operands: the number of an f or v register stands where that of an x register does. */
export function fieldOf(operand: string): FieldName {
  if (operand === "target" || operand === "uimm") return "imm";
  if (operand === "vtype") return "imm";
  if (operand === "avl") return "rs1";
  // What is stored stands where a result does.
  return operand
    .replace(/^[fv]d$/, "rd")
    .replace("vs3", "rd")
    .replace(/^[fv](?=s)/, "r") as FieldName;
}

const words = (operands: string): string[] => operands.split(/[ ,()]+/).filter((word) => word !== "");

/** undefined where no row of that name is there: its extension is not. */
export function compileCompressed(
  [encoding, expansion]: CompressedRow,
  rows: ReadonlyMap<string, CompiledRow>,
): CompiledCompressed | undefined {
  const [mnemonic, ...values] = words(expansion);
  const row = rows.get(mnemonic!);
  if (!row) return undefined;
  const pattern = parse(encoding, 16);
  const operands = words(row.operands);
  if (operands.length !== values.length) throw new Error(`${expansion}: ${row.operands}`);
  const set = new Map<FieldName, Field>();
  operands.forEach((operand, k) => {
    const value = values[k]!;
    const number = xNumber(value) ?? (/^-?\d+$/.test(value) ? Number(value) : undefined);
    const field =
      number === undefined ? pattern.fields.get(value as FieldName) : { pieces: [], sign: -1, base: number };
    if (!field) throw new Error(`${expansion}: ${value} is not in ${encoding}`);
    set.set(fieldOf(operand), field);
  });
  return { ...pattern, row, set };
}

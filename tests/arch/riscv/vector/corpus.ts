// What the corpus has of each row of V: what each case changed.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { type CompiledRow, compile } from "../../../../src/arch/riscv/frontend/row.js";
import { VECTOR } from "../../../../src/arch/riscv/frontend/table/vector.js";
import { MODES, SAME } from "./cases.js";

export const ROWS: readonly CompiledRow[] = VECTOR.flatMap(({ rows }) => rows.map(compile));
export const FILE = fileURLToPath(new URL("vector.txt.gz", import.meta.url));

/** Of a row. */
export const CASES = MODES * SAME;

/** Of a row a line with its name, then its cases. */
export function format(rows: ReadonlyMap<string, readonly string[]>): string {
  return [...rows].flatMap(([name, cases]) => [`= ${name}`, ...cases]).join("\n");
}

/** By rows. */
export function recorded(): Map<string, string[]> {
  const rows = new Map<string, string[]>();
  let cases: string[] = [];
  for (const line of gunzipSync(readFileSync(FILE)).toString().split("\n")) {
    if (line.startsWith("= ")) {
      cases = [];
      rows.set(line.slice(2), cases);
    } else cases.push(line);
  }
  return rows;
}

// What the corpus has of each row of V: for each mode (encoding, vtype) a digest of all of its cases, and the first ones in full.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { type CompiledRow, compile } from "../../../../src/arch/riscv/frontend/row.js";
import { VECTOR } from "../../../../src/arch/riscv/frontend/table/vector.js";
import { digestOf } from "../corpus/corpus.js";
import { SAME } from "./cases.js";

export const ROWS: readonly CompiledRow[] = VECTOR.flatMap(({ rows }) => rows.map(compile));
export const FILE = fileURLToPath(new URL("vector.txt.gz", import.meta.url));

/** Loads and stores are of 8 numbers of fields and 4 widths each: fewer cases of each are enough. */
export function casesOf({ operands }: CompiledRow): number {
  return SAME * (operands.includes("(rs1)") ? 3 : 10);
}

/** Of a mode. */
const FULL = 1;

export interface Recorded {
  /** By the case's number. */
  readonly full: ReadonlyMap<number, string>;
  readonly digests: readonly string[];
}

export function recordOf(texts: readonly string[]): Recorded {
  const digests: string[] = [];
  for (let k = 0; k < texts.length; k += SAME) digests.push(digestOf(texts.slice(k, k + SAME)));
  const full = new Map([...texts.entries()].filter(([k]) => k % SAME < FULL));
  return { full, digests };
}

/** Of a row a line with its name and digests, then its cases. */
export function format(rows: ReadonlyMap<string, Recorded>): string {
  return [...rows]
    .flatMap(([name, { full, digests }]) => [
      `= ${name} ${digests.join(" ")}`,
      ...[...full].map(([k, text]) => `${k} ${text}`),
    ])
    .join("\n");
}

export function recorded(): Map<string, Recorded> {
  const rows = new Map<string, { full: Map<number, string>; digests: string[] }>();
  let row = { full: new Map<number, string>(), digests: [] as string[] };
  for (const line of gunzipSync(readFileSync(FILE)).toString().split("\n")) {
    if (line.startsWith("= ")) {
      const [, name, ...digests] = line.split(" ");
      row = { full: new Map(), digests };
      rows.set(name!, row);
    } else row.full.set(Number.parseInt(line, 10), line.slice(line.indexOf(" ") + 1));
  }
  return rows;
}

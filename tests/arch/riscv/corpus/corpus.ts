// What the corpus has of each row: the first cases in full, and digests of all.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { type CompiledRow, compile } from "../../../../src/arch/riscv/frontend/row.js";
import { TABLES } from "../../../../src/arch/riscv/frontend/tables.js";

export const FILE = fileURLToPath(new URL("riscv64.txt.gz", import.meta.url));
export const FULL = 200;
export const CASES = 400;
/** Of a digest. */
export const BATCH = 200;

/** Privileged, or about state that a case has not: other tests try them. */
const ELSEWHERE = /^(ecall|ebreak|mret|sret|wfi|sfence|sinval|csr|cbo|sc\.)/;
export const ROWS: readonly CompiledRow[] = TABLES.filter(({ extension }) => extension !== "v")
  .flatMap(({ rows }) => rows.map(compile))
  .filter(({ mnemonic }) => !ELSEWHERE.test(mnemonic));

export function digestOf(texts: readonly string[]): string {
  return createHash("sha1").update(texts.join("\n")).digest("hex").slice(0, 16);
}

export interface Recorded {
  readonly full: readonly string[];
  readonly digests: readonly string[];
}

export function recordOf(texts: readonly string[]): Recorded {
  const digests: string[] = [];
  for (let k = 0; k < texts.length; k += BATCH) digests.push(digestOf(texts.slice(k, k + BATCH)));
  return { full: texts.slice(0, FULL), digests };
}

/** Of a row a line with its name and digests, then its cases. */
export function format(rows: ReadonlyMap<string, Recorded>): string {
  return [...rows].flatMap(([name, { full, digests }]) => [`= ${name} ${digests.join(" ")}`, ...full]).join("\n");
}

export function recorded(): Map<string, Recorded> {
  const rows = new Map<string, { full: string[]; digests: string[] }>();
  let row = { full: [] as string[], digests: [] as string[] };
  for (const line of gunzipSync(readFileSync(FILE)).toString().split("\n")) {
    if (line.startsWith("= ")) {
      const [, name, ...digests] = line.split(" ");
      row = { full: [], digests };
      rows.set(name!, row);
    } else row.full.push(line);
  }
  return rows;
}

// npm run vectors:riscv64 -- record [NAME...]: records, for all rows or those named, what qemu-riscv64 does of each row of V (packages: qemu-user, gcc-riscv64-linux-gnu; versions:
// native.ts).

import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { caseOf, textOf } from "./cases.js";
import { CASES, FILE, format, ROWS, recorded } from "./corpus.js";
import { corrected } from "./corrected.js";
import { Oracle } from "./native.js";

/** All rows, or those named. */
export function record(names: readonly string[]): void {
  const oracle = new Oracle();
  const before = names.length > 0 ? recorded() : new Map<string, string[]>();
  const rows = new Map<string, string[]>();
  for (const row of ROWS) {
    const kept = names.includes(row.mnemonic) ? undefined : before.get(row.mnemonic);
    if (kept) {
      rows.set(row.mnemonic, kept);
      continue;
    }
    const cases = Array.from({ length: CASES }, (_, k) => caseOf(row, k));
    const outcomes = oracle.run(row.mnemonic, cases);
    const texts = outcomes.map((outcome, k) => textOf(cases[k]!, corrected(row, cases[k]!, outcome)));
    rows.set(row.mnemonic, texts);
  }
  oracle.close();
  writeFileSync(FILE, gzipSync(format(rows), { level: 9 }));
  console.log(`${rows.size} rows`);
}

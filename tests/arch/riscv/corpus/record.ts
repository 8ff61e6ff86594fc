// npm run corpus:riscv64 [-- NAME... | --new]: records, for all rows, those named, or those that are not yet recorded, what qemu-riscv64 does
// of each row. Packages: gcc-riscv64-linux-gnu, and qemu-user 10.0 of bookworm-backports or trixie, as 7.2 lacks Zfa, Zicond, Zacas, Zabha
// and Zawrs; $QEMU_RISCV64 is its program where it is not the machine's own.

import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { caseOf, textOf } from "./cases.js";
import { CASES, FILE, format, type Recorded, ROWS, recorded, recordOf } from "./corpus.js";
import { corrected, Oracle } from "./native.js";

const oracle = new Oracle();
const names = process.argv.slice(2);
const fresh = names.includes("--new");
const before = names.length > 0 ? recorded() : new Map<string, Recorded>();
const rows = new Map<string, Recorded>();
for (const row of ROWS) {
  const kept = !fresh && names.includes(row.mnemonic) ? undefined : before.get(row.mnemonic);
  if (kept) {
    rows.set(row.mnemonic, kept);
    continue;
  }
  const cases = Array.from({ length: CASES }, (_, k) => caseOf(row, k));
  const outcomes = oracle.run(cases);
  const texts = outcomes.map((outcome, k) => textOf(cases[k]!, corrected(row.mnemonic, cases[k]!, outcome)));
  rows.set(row.mnemonic, recordOf(texts));
}
oracle.close();
writeFileSync(FILE, gzipSync(format(rows), { level: 9 }));
console.log(`${rows.size} rows`);

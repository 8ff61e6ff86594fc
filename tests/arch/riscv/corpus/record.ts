// npm run corpus:riscv64 [-- NAME... | --new]: records, for all rows, those named, or those that are not yet recorded, what qemu-riscv64 does
// of each row. Packages: gcc-riscv64-linux-gnu, and qemu-user 10.0 of bookworm-backports or trixie, as 7.2 lacks Zfa, Zicond, Zacas, Zabha
// and Zawrs; $QEMU_RISCV64 is its program where it is not the machine's own.

import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { type Case, caseOf, type Outcome, textOf } from "./cases.js";
import { CASES, FILE, format, type Recorded, ROWS, recorded, recordOf } from "./corpus.js";
import { Oracle } from "./native.js";

const CPU = "max";

/** Where QEMU is wrong. */
function corrected(mnemonic: string, { raw, x }: Case, outcome: Outcome): Outcome {
  // CTZW is of the lower word (Zbb): where that is 0, QEMU 7.2 counts on.
  const rd = (raw >>> 7) & 31;
  const low = x[(raw >>> 15) & 31]! & 0xffffffffn;
  if (mnemonic === "ctzw" && low === 0n && rd !== 0) outcome.x[rd] = 32n;
  return outcome;
}

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
  const outcomes = oracle.run(cases, CPU);
  const texts = outcomes.map((outcome, k) => textOf(cases[k]!, corrected(row.mnemonic, cases[k]!, outcome)));
  rows.set(row.mnemonic, recordOf(texts));
}
oracle.close();
writeFileSync(FILE, gzipSync(format(rows), { level: 9 }));
console.log(`${rows.size} rows`);

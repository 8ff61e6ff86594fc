// npm run corpus:riscv64 [-- NAME...]: records, for all rows or those named, what Debian's qemu-riscv64 does of each row (packages: qemu-user, gcc-riscv64-linux-gnu).

import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { type Case, caseOf, type Outcome, textOf } from "./cases.js";
import { CASES, FILE, format, type Recorded, ROWS, recorded, recordOf } from "./corpus.js";
import { Oracle } from "./native.js";

const CPU = "rv64,zba=on,zbb=on,zbc=on,zbs=on,zbkb=on,Zfh=on";

/** Where QEMU 7.2 is wrong. */
function corrected(mnemonic: string, { raw, x }: Case, outcome: Outcome): Outcome {
  // CTZW is of the lower word (Zbb): where that is 0, QEMU counts on.
  const rd = (raw >>> 7) & 31;
  const low = x[(raw >>> 15) & 31]! & 0xffffffffn;
  if (mnemonic === "ctzw" && low === 0n && rd !== 0) outcome.x[rd] = 32n;
  return outcome;
}

const oracle = new Oracle();
const names = process.argv.slice(2);
const before = names.length > 0 ? recorded() : new Map();
const rows = new Map<string, Recorded>();
for (const row of ROWS) {
  const kept = names.includes(row.mnemonic) ? undefined : before.get(row.mnemonic);
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

// Cases of every row, or of those named, beside qemu-riscv64.

import type { CompiledRow } from "../../../../src/arch/riscv/frontend/row.js";
import { caseOf, textOf } from "./cases.js";
import { ROWS } from "./corpus.js";
import { corrected } from "./corrected.js";
import { Runner } from "./emulate.js";
import { Oracle } from "./native.js";

/** Of a row as many are shown. */
const SHOWN = 2;

/** Cases `from` to `to` of each row. Gives how many differ. */
export function compare(from: number, to: number, names: readonly string[]): number {
  const oracle = new Oracle();
  const runner = new Runner();
  let differ = 0;
  for (const row of ROWS.filter(({ mnemonic }) => names.length === 0 || names.includes(mnemonic))) {
    differ += compareRow(row, from, to, oracle, runner);
  }
  oracle.close();
  return differ;
}

function compareRow(row: CompiledRow, from: number, to: number, oracle: Oracle, runner: Runner): number {
  const cases = Array.from({ length: to - from }, (_, k) => caseOf(row, from + k));
  const outcomes = oracle.run(row.mnemonic, cases);
  let wrong = 0;
  cases.forEach((input, k) => {
    const theirs = textOf(input, corrected(row, input, outcomes[k]!));
    const ours = textOf(input, runner.run(input));
    if (ours === theirs || ++wrong > SHOWN) return;
    const { vtype, vl, vstart, raw } = input;
    const state = `vtype=${vtype.toString(16)} vl=${vl} vstart=${vstart}`;
    console.log(`${row.mnemonic} case ${from + k}: 0x${(raw >>> 0).toString(16)} ${state}\n  ${ours}\n  ${theirs}`);
  });
  if (wrong) console.log(`${row.mnemonic}: ${wrong} of ${cases.length} differ`);
  return wrong;
}

// Every row of V in both tiers, beside what qemu-riscv64 did (record.ts).

import { describe, expect, it } from "vitest";
import { TIERS } from "../../../../testing/riscv/machine.js";
import { digestOf } from "../corpus/corpus.js";
import { caseOf, SAME, textOf } from "./cases.js";
import { casesOf, ROWS, recorded } from "./corpus.js";
import { Runner } from "./emulate.js";

const known = recorded();

it("has every row", () => {
  expect(ROWS.map(({ mnemonic }) => mnemonic).filter((name) => !known.has(name))).toEqual([]);
  expect(ROWS.length).toBeGreaterThan(600);
});

describe.each(TIERS)("in $name", ({ tier1 }) => {
  const runner = new Runner(tier1);

  it.each(ROWS.map((row) => [row.mnemonic, row] as const))("%s", (name, row) => {
    const { full, digests } = known.get(name)!;
    const texts: string[] = [];
    for (let k = 0; k < casesOf(row); k++) {
      const input = caseOf(row, k);
      const text = textOf(input, runner.run(input));
      const right = full.get(k);
      if (right !== undefined && text !== right)
        expect.fail(`case ${k}, 0x${(input.raw >>> 0).toString(16)}: ${text}, not ${right}`);
      texts.push(text);
    }
    const ours = digests.map((_, k) => digestOf(texts.slice(k * SAME, (k + 1) * SAME)));
    expect(ours).toEqual(digests);
  });
});

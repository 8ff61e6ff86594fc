// Every row of V beside what qemu-riscv64 did (record.ts): all cases in tier 0, and in tier 1, which calls the same helpers, every fourth
// encoding.

import { describe, expect, it } from "vitest";
import { TIERS } from "../../../../testing/riscv/machine.js";
import { caseOf, MODES, SAME, textOf } from "./cases.js";
import { CASES, ROWS, recorded } from "./corpus.js";
import { Runner } from "./emulate.js";

const known = recorded();

it("has every row", () => {
  expect(ROWS.filter(({ mnemonic }) => known.get(mnemonic)?.length !== CASES)).toEqual([]);
  expect(ROWS.length).toBeGreaterThan(600);
  expect(CASES).toBeGreaterThanOrEqual(200);
});

describe.each(TIERS)("in $name", ({ tier1 }) => {
  const runner = new Runner(tier1);
  const step = tier1 ? 4 : 1;

  it.each(ROWS.map((row, n) => [row.mnemonic, row, n] as const))("%s", (name, row, n) => {
    const right = known.get(name)!;
    // Rows begin at different ones: all shapes are there.
    for (let mode = n % step; mode < MODES; mode += step) {
      for (let k = mode * SAME; k < (mode + 1) * SAME; k++) {
        const input = caseOf(row, k);
        const text = textOf(input, runner.run(input));
        if (text !== right[k]) expect.fail(`case ${k}, 0x${(input.raw >>> 0).toString(16)}: ${text}, not ${right[k]}`);
      }
    }
  });
});

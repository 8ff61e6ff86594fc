// The recorded corpus of 64-bit instructions (npm run corpus) in both tiers: every row of the instruction table that a user
// program can run, operand forms, prefixes, edge values, flags and faults.

import { describe, expect, it } from "vitest";
import { ROWS } from "../../src/frontend/x86/tables.js";
import { outcomeDigest, readCorpus } from "./check.js";
import { DEVIATIONS, type Deviation, deviation } from "./deviations.js";
import { Runner } from "./emulate.js";
import { corpusParts } from "./parts.js";
import { makeInput } from "./state.js";
import { covered } from "./undefined.js";

const corpus = readCorpus("x86-64.txt.gz");

it("has at least 20,000 cases, some for every row that a program can run", () => {
  expect(corpus.length).toBeGreaterThanOrEqual(20_000);
  const names = new Set(corpus.map((c) => c.name));
  expect([...new Set(ROWS.filter(covered).map((row) => row[1]))].filter((name) => !names.has(name))).toEqual([]);
});

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  it("outcomes are the processor's, but for the known deviations", { timeout: 300_000 }, () => {
    const runner = new Runner(corpusParts(), tier1);
    const wrong: string[] = [];
    const seen = new Set<Deviation>();
    for (const c of corpus) {
      const words = `${c.name} ${c.code} kind ${c.kind} seed ${c.seed}`;
      try {
        const out = runner.run(makeInput(c));
        const known = deviation(c.name, out);
        if (known) seen.add(known);
        const agrees = outcomeDigest(c.name, out) === c.digest;
        if (agrees && known) wrong.push(`${words}: agrees, but is a known deviation (${known.reason})`);
        if (!agrees && !known) wrong.push(`${words}: differs`);
      } catch (error) {
        wrong.push(`${words}: ${(error as Error).message}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(DEVIATIONS.filter((entry) => !seen.has(entry)).map((entry) => entry.reason)).toEqual([]);
  });
});

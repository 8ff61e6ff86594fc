// The recorded corpus of 64-bit instructions (npm run corpus) in both tiers: every row of the instruction table that a user
// program can run, operand forms, prefixes, edge values, flags and faults. It is what AMD's processors do; intel.txt has the
// lines that are others on Intel's.

import { beforeAll, describe, expect, it } from "vitest";
import { ROWS } from "../../../../src/arch/x86/frontend/tables.js";
import { corpusParts } from "../../../../testing/x86/parts.js";
import { vendorRows } from "../vendors/table.js";
import { type Expectation, outcomeDigest, readCorpus, readIntel } from "./check.js";
import { Runner } from "./emulate.js";
import { machineOutcome, outcomeOf } from "./execution.js";
import { makeInput } from "./state.js";
import { covered } from "./undefined.js";

const amd = readCorpus("x86-64.txt.gz");
const intel = readIntel(amd, "intel.txt");

const line = (e: Expectation) => `${e.name} ${e.code} ${e.kind} ${e.seed.toString(16)}`;

/** Lines whose expectation is not `digests`. */
function wrong(expected: readonly Expectation[], digests: readonly string[]): string[] {
  return expected.filter((e, k) => e.digest !== digests[k]).map(line);
}

it("has at least 20,000 cases, some for every row that a program can run", () => {
  expect(amd.length).toBeGreaterThanOrEqual(20_000);
  const names = new Set(amd.map((c) => c.name));
  expect([...new Set(ROWS.filter(covered).map((row) => row[1]))].filter((name) => !names.has(name))).toEqual([]);
});

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  const ours: string[] = [];
  const asIntel: string[] = [];
  const asAmd: string[] = [];
  const misjudged: string[] = [];

  beforeAll(() => {
    const runner = new Runner(corpusParts(), tier1);
    for (const c of amd) {
      const input = makeInput(c);
      let out: ReturnType<Runner["run"]>;
      try {
        out = runner.run(makeInput(c));
      } catch (error) {
        for (const list of [ours, asIntel, asAmd]) list.push((error as Error).message);
        continue;
      }
      const digest = outcomeDigest(c.name, out);
      const column = (vendor: "intel" | "amd") => {
        const expected = outcomeOf(vendor, c.name, input, out);
        return expected === out ? digest : outcomeDigest(c.name, expected!);
      };
      ours.push(digest);
      asIntel.push(column("intel"));
      asAmd.push(column("amd"));
      if (asIntel.at(-1) === asAmd.at(-1)) continue;
      if (outcomeDigest(c.name, machineOutcome(c.name, input, out)) !== digest) misjudged.push(line(c));
    }
  }, 600_000);

  it("outcomes are those of AMD's processors", () => {
    expect(wrong(amd, asAmd)).toEqual([]);
  });

  it("with Intel as the vendor, the lines of intel.txt and no others are expected to differ", () => {
    expect(wrong(intel, asIntel)).toEqual([]);
    const changed = amd.filter((e, k) => e.digest !== intel[k]!.digest);
    expect(wrong(amd, asIntel)).toEqual(changed.map(line));
    expect(changed.length).toBe(54);
  });

  it("where the vendors differ it does what the table's own column says", () => {
    expect(misjudged).toEqual([]);
  });

  it("notices a change of any line, in the table's rows too", () => {
    amd.forEach((e, k) => {
      if (vendorRows(e.name).length === 0 && k % 100 !== 0) return;
      for (const [list, digests] of [
        [amd, asAmd],
        [intel, asIntel],
      ] as const) {
        const old = list[k]!;
        const other = { ...old, digest: old.digest.replace(/^./, (c) => (c === "0" ? "1" : "0")) };
        expect(wrong([other], [digests[k]!])).toEqual([line(old)]);
      }
    });
  });
});

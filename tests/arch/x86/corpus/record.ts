// npm run corpus: makes the corpus anew, records what this host's CPU does, and shows where the emulator differs. On any
// vendor's CPU it writes what AMD's do, and to intel.txt what differs on Intel's: the other vendor's by the table of vendors.
// Options: --each N cases a form, --seed S, --only REGEX (of mnemonics; nothing is written then), --tier1.

import { parseArgs } from "node:util";
import { ROWS } from "../../../../src/arch/x86/frontend/tables.js";
import { corpusParts } from "../../../../testing/x86/parts.js";
import { hostVendor } from "../vendors/vendor.js";
import { difference, type Expectation, outcomeDigest, runNative, writeCorpus } from "./check.js";
import { Runner } from "./emulate.js";
import { outcomeOf } from "./execution.js";
import { generate } from "./generate.js";
import { makeInput } from "./state.js";

const { values } = parseArgs({
  options: {
    each: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    show: { type: "string", default: "3" },
    tier1: { type: "boolean", default: false },
  },
});
const only = values.only ? new RegExp(values.only) : undefined;
const rows = only ? ROWS.filter((row) => only.test(row[1])) : ROWS;
const named = generate(rows, Number(values.seed), Number(values.each));
console.log(`${named.length} cases of ${rows.length} rows, seed ${values.seed}`);
const expected = runNative(named);
const runner = new Runner(corpusParts(), values.tier1);
const vendor = hostVendor();
if (!only && vendor === "other") throw new Error("only on a processor of Intel's or AMD's can the corpus be recorded");
const list: Expectation[] = [];
const intel: Expectation[] = [];
const wrong = new Map<string, string[]>();
named.forEach((c, k) => {
  const want = expected[k]!;
  const column = (of: "intel" | "amd") => outcomeDigest(c.name, outcomeOf(of, c.name, makeInput(c), want)!);
  const digest = column("amd");
  list.push({ ...c, digest });
  if (column("intel") !== digest) intel.push({ ...c, digest: column("intel") });
  let lines: string[];
  try {
    const got = outcomeOf(vendor, c.name, makeInput(c), runner.run(makeInput(c)));
    lines = got ? difference(c.name, want, got) : [];
  } catch (error) {
    lines = [String(error)];
  }
  if (lines.length === 0) return;
  const seen = wrong.get(c.name) ?? [];
  seen.push(`  ${c.code} kind ${c.kind} seed ${c.seed}: ${lines.slice(0, 4).join("; ")}`);
  wrong.set(c.name, seen);
});
for (const [name, lines] of wrong)
  console.log(`${name}: ${lines.length} wrong\n${lines.slice(0, Number(values.show)).join("\n")}`);
console.log(`${[...wrong.values()].reduce((n, l) => n + l.length, 0)} of ${named.length} differ`);
if (!only) {
  writeCorpus("x86-64.txt.gz", list);
  writeCorpus("intel.txt", intel);
}

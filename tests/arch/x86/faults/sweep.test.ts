// Faults of memory operands (sweep.ts) as an Intel processor raises them, in both tiers. RECORD_SWEEP=1 records anew, on an x86-64 Linux host with a
// compiler, and shows all that differs, SWEEP_PART of it (1: everything).

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { NativeProgram } from "../../../../testing/native/program.js";
import { corpusParts } from "../../../../testing/x86/parts.js";
import { Runner } from "../corpus/emulate.js";
import { outcomeOf } from "../corpus/execution.js";
import { hex, INPUT_SIZE, OUTPUT_SIZE, packInput, unpackOutput } from "../corpus/state.js";
import { Runner32 } from "./lab.js";
import { type SweepCase, sweepCases, sweepInput, sweepOutcome } from "./sweep.js";

const FILE = fileURLToPath(new URL("sweep.txt.gz", import.meta.url));
const PART = 0.13;
const BATCH = 2000;

const hexOf = (code: Uint8Array): string => Buffer.from(code).toString("hex");
const line = (c: SweepCase, outcome: string): string => `${c.bits} ${c.name} ${hexOf(c.code)}, ${c.place}: ${outcome}`;

const ORACLES = { 64: "../corpus/oracle.c", 32: "../cpu/oracle32.c" };

function record(bits: 32 | 64, all: readonly SweepCase[]): string[] {
  const cases = all.filter((c) => c.bits === bits);
  const program = NativeProgram.open(new URL(ORACLES[bits], import.meta.url), "-no-pie");
  if (!program) throw new Error("recording needs an x86-64 Linux host with a C compiler");
  const lines: string[] = [];
  for (let from = 0; from < cases.length; from += BATCH) {
    const part = cases.slice(from, from + BATCH);
    const inputs = part.map(sweepInput);
    const bytes = new Uint8Array(part.length * INPUT_SIZE);
    inputs.forEach((start, k) => {
      packInput(start, bytes, k * INPUT_SIZE);
    });
    const result = program.run(bytes, part.length * OUTPUT_SIZE);
    part.forEach((c, k) => {
      lines.push(line(c, sweepOutcome(c, inputs[k]!, unpackOutput(result, k * OUTPUT_SIZE))));
    });
  }
  program.close();
  return lines;
}

if (process.env.RECORD_SWEEP) {
  const cases = sweepCases(Number(process.env.SWEEP_PART ?? PART));
  writeFileSync(FILE, gzipSync([...record(64, cases), ...record(32, cases)].join("\n"), { level: 9 }));
}
const expected = gunzipSync(readFileSync(FILE)).toString().split("\n");

function parse(text: string): SweepCase {
  const [, bits, name, code, place] = /^(\d+) (.*?) ([0-9a-f]+), (.*): /.exec(text)!;
  return { bits: bits === "32" ? 32 : 64, name: name!, code: hex(code!), place: place! };
}

it("has some thousand cases", () => expect(expected.length).toBeGreaterThan(7000));

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  it("faults are the processor's", () => {
    const parts = corpusParts();
    const runners = { 64: new Runner(parts, tier1), 32: new Runner32(parts, tier1) };
    const wrong: string[] = [];
    for (const text of expected) {
      const c = parse(text);
      const start = sweepInput(c);
      const ours = runners[c.bits].run(start);
      const intel = c.bits === 64 ? outcomeOf("intel", c.name, start, ours)! : ours;
      const got = line(c, sweepOutcome(c, start, intel));
      if (got !== text) wrong.push(`${text} | ${got.slice(got.lastIndexOf(": ") + 2)}`);
    }
    expect(wrong).toEqual([]);
  });
});

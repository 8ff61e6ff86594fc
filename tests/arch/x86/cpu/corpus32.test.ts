// Instructions in compatibility mode against outcomes recorded on an AMD processor (corpus32.txt.gz: name, code, state kind, seed,
// digest). RECORD32=1 records them anew on an x86-64 host: RECORD32=1 npx vitest run tests/arch/x86/cpu/corpus32.test.ts

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { CS, DS, ES, M_CODE32, M_FLAT, M_PE, SS } from "../../../../src/arch/x86/layout.js";
import { corpusParts } from "../../../../testing/x86/parts.js";
import { difference, outcomeDigest } from "../corpus/check.js";
import { Runner } from "../corpus/emulate.js";
import { outcomeOf } from "../corpus/execution.js";
import {
  type Case,
  INPUT_SIZE,
  OUTPUT_SIZE,
  type Output,
  packInput,
  type StateKind,
  unpackOutput,
} from "../corpus/state.js";
import { generate32, input32, normalize } from "./cases32.js";

const FILE = fileURLToPath(new URL("corpus32.txt.gz", import.meta.url));
const SEED = 32;
const EACH = 5;
const STACK_FAULT = 12;
const MODE = M_CODE32 | M_PE | M_FLAT;

class Runner32 extends Runner {
  protected override enterUserMode(): void {
    super.enterUserMode();
    this.cpu.setSegment(CS, 0x23, 0n, 0xffffffffn, 0xc0fb);
    for (const s of [SS, DS, ES]) this.cpu.setSegment(s, 0x2b, 0n, 0xffffffffn, 0xc0f3);
  }
}

function runNative(cases: readonly Case[]): Output[] {
  const folder = mkdtempSync(join(tmpdir(), "oracle32-"));
  try {
    const program = join(folder, "oracle32");
    const source = fileURLToPath(new URL("oracle32.c", import.meta.url));
    execFileSync("gcc", ["-O1", "-no-pie", "-o", program, source]);
    const records = new Uint8Array(cases.length * INPUT_SIZE);
    cases.forEach((c, k) => {
      packInput(input32(c), records, k * INPUT_SIZE);
    });
    const { stdout } = spawnSync(program, { input: records, maxBuffer: cases.length * OUTPUT_SIZE + 4096 });
    const n = Math.floor(stdout.length / OUTPUT_SIZE);
    if (n !== cases.length) throw new Error(`the oracle stopped at case ${n}, ${cases[n]?.name} ${cases[n]?.code}`);
    return cases.map((_, k) => normalize(unpackOutput(stdout, k * OUTPUT_SIZE)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function record(): void {
  const cases = generate32(SEED, EACH);
  const runner = new Runner32(corpusParts());
  const lines: string[] = [];
  runNative(cases).forEach((want, k) => {
    const c = cases[k]!;
    // Accesses that wrap around the end of the stack segment: limits are not checked in flat segments.
    if (want.trap === STACK_FAULT) return;
    const recorded = outcomeOf("amd", c.name, input32(c), want, MODE)!;
    lines.push(`${c.name} ${c.code} ${c.kind} ${c.seed.toString(16)} ${outcomeDigest(c.name, recorded)}\n`);
    const ours = outcomeOf("amd", c.name, input32(c), runner.run(input32(c)), MODE)!;
    const wrong = difference(c.name, recorded, normalize(ours));
    if (wrong.length > 0) console.log(`${c.name} ${c.code} seed ${c.seed}: ${wrong.slice(0, 4).join("; ")}`);
  });
  writeFileSync(FILE, gzipSync(lines.join(""), { level: 9 }));
}

it("agrees with the recorded CPU", { timeout: 120_000 }, () => {
  if (process.env.RECORD32) record();
  const lines = gunzipSync(readFileSync(FILE)).toString().trimEnd().split("\n");
  const runner = new Runner32(corpusParts());
  const wrong: string[] = [];
  for (const line of lines) {
    const [name, code, kind, seed, digest] = line.split(" ") as [string, string, StateKind, string, string];
    const c = { name, code, kind, seed: Number.parseInt(seed, 16) };
    const out = outcomeOf("amd", name, input32(c), runner.run(input32(c)), MODE)!;
    if (outcomeDigest(name, normalize(out)) !== digest) wrong.push(`${name} ${code} seed ${seed}`);
  }
  expect(lines.length).toBeGreaterThan(3000);
  expect(wrong).toEqual([]);
});

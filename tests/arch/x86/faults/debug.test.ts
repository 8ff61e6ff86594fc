// Single-step, breakpoints and watchpoints of user code as recorded on an Intel processor (RECORD_DEBUG=1 records anew, on an x86-64 Linux host with a
// compiler), in both tiers.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { NativeProgram } from "../../../../testing/native/program.js";
import { corpusParts } from "../../../../testing/x86/parts.js";
import { PAGES } from "../corpus/state.js";
import { DEBUG_CASES } from "./debug-cases.js";
import { type DebugCase, Debugger, dataOf, dr7 } from "./debugger.js";

const FILE = fileURLToPath(new URL("debug.expected.txt", import.meta.url));
const RECORD = 32 + 8 + 16 * 8 + 5 * 8 + PAGES;

function pack(c: DebugCase): Uint8Array {
  const record = new Uint8Array(RECORD);
  const view = new DataView(record.buffer);
  record.set(c.code);
  view.setUint32(32, c.code.length, true);
  view.setUint32(36, c.step ? 1 : 0, true);
  for (const [reg, value] of Object.entries(c.registers)) view.setBigUint64(40 + 8 * Number(reg), value, true);
  c.breakpoints.forEach((b, n) => {
    view.setBigUint64(168 + 8 * n, BigInt(b.address), true);
  });
  view.setBigUint64(200, BigInt(dr7(c.breakpoints)), true);
  record.set(dataOf(c), 208);
  return record;
}

function record(): void {
  const program = NativeProgram.open(new URL("tracer.c", import.meta.url));
  if (!program) throw new Error("recording needs an x86-64 Linux host with a C compiler");
  const lines = program.lines(Buffer.concat(DEBUG_CASES.map(pack)), DEBUG_CASES.length);
  program.close();
  writeFileSync(FILE, DEBUG_CASES.map((c, k) => `${c.name}: ${lines[k]}\n`).join(""));
}

if (process.env.RECORD_DEBUG) record();
const expected = readFileSync(FILE, "utf8").split("\n").slice(0, -1);

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  it("the processor stops where, as often, and with the state that was recorded", () => {
    const lab = new Debugger(corpusParts(), tier1);
    expect(DEBUG_CASES.map((c) => `${c.name}: ${lab.trace(c)}`)).toEqual(expected);
  });
});

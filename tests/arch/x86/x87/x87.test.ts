// x87 instructions on the engine against recorded outcomes of a real CPU, and against this host's CPU where it is an x86-64
// with a C compiler. X87_RECORD=1 writes the recording; X87_SEED and X87_CASES set the live comparison.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { corpusParts } from "../../../../testing/x86/parts.js";
import { resultDistance } from "./approximate.js";
import { caseSeed, compareLive, emulate, execute, makeCases } from "./check.js";
import { INSTRUCTIONS } from "./instructions.js";
import { X87Lab } from "./lab.js";
import { NativeX87 } from "./native.js";
import { compareRecording, makeRecording } from "./recording.js";
import { describeInput, describeOutput, RECORD } from "./records.js";

const FILE = fileURLToPath(new URL("./expected.bin", import.meta.url));
const seed = Number(process.env.X87_SEED ?? Date.now() % 1000000);
const ARITH_CASES = Number(process.env.X87_CASES ?? 1_000_000);
const MINUTES = 60_000;

const arith = INSTRUCTIONS.filter(({ kind }) => kind === "arith");
const exact = INSTRUCTIONS.filter(({ kind }) => kind !== "approximate");
const approximate = INSTRUCTIONS.filter(({ kind }) => kind === "approximate");

let lab: X87Lab;
let native: NativeX87 | undefined;

beforeAll(() => {
  lab = new X87Lab(corpusParts());
  native = NativeX87.open();
});

afterAll(() => native?.close());

describe("x87 instructions", () => {
  if (process.env.X87_RECORD) {
    it("are recorded", () => {
      writeFileSync(
        FILE,
        makeRecording((input) => execute(native!, input)),
      );
    });
  }

  it(
    "agree with the recorded outcomes of a real CPU",
    () => {
      expect(existsSync(FILE)).toBe(true);
      const { cases, wrong } = compareRecording(new Uint8Array(readFileSync(FILE)), (input) => emulate(lab, input));
      expect(wrong).toEqual([]);
      expect(cases).toBeGreaterThan(100_000);
    },
    MINUTES,
  );

  it(
    "agree with this host's CPU, every form and exception mask",
    ({ skip }) => {
      if (!native?.amd) return skip("no AMD processor with a C compiler here");
      const { cases, differ, messages } = compareLive(lab, native, exact, 200, seed, "all");
      expect(messages, `seed ${seed}: ${differ} of ${cases} cases differ`).toEqual([]);
    },
    MINUTES,
  );

  it(
    "agree with this host's CPU on a million operands of arithmetic",
    ({ skip }) => {
      if (!native) return skip("no x86-64 CPU with a C compiler here");
      const each = Math.ceil(ARITH_CASES / arith.length);
      const { cases, differ, messages } = compareLive(lab, native, arith, each, seed + 1, "plain");
      expect(messages, `seed ${seed}: ${differ} of ${cases} cases differ`).toEqual([]);
      expect(cases).toBeGreaterThanOrEqual(ARITH_CASES);
    },
    5 * MINUTES,
  );

  it(
    "are within a unit of this host's CPU where they are transcendental",
    ({ skip }) => {
      if (!native?.amd) return skip("no AMD processor with a C compiler here");
      const messages: string[] = [];
      for (const [n, instruction] of approximate.entries()) {
        const input = makeCases(instruction, 2000, caseSeed(seed, n), "all");
        const expected = execute(native, input);
        const got = emulate(lab, input);
        const view = new DataView(input.buffer);
        for (let at = 0; at < input.length; at += RECORD) {
          const d = resultDistance(expected, got, at);
          if (d <= 1 || messages.length > 8) continue;
          messages.push(
            `${instruction.name}: ${d} units\n  in     ${describeInput(view, at)}\n  native ${describeOutput(expected, at)}\n` +
              `  ours   ${describeOutput(got, at)}`,
          );
        }
      }
      expect(messages, `seed ${seed}`).toEqual([]);
    },
    MINUTES,
  );
});

// Vector instructions on the engine against this host's CPU where it is an x86-64 with a C compiler, and against recorded
// outcomes everywhere. SIMD_RECORD=1 writes the recording; SIMD_SEED and SIMD_CASES set the live comparison.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  caseSeed,
  compareLive,
  emulate,
  hashes,
  makeCases,
  RECORDED_SEED,
  recordedCount,
  simdInstructions,
  simdParts,
} from "./check.js";
import { SimdLab } from "./lab.js";
import { NativeCpu } from "./native.js";

const FILE = fileURLToPath(new URL("./expected.bin", import.meta.url));
const seed = Number(process.env.SIMD_SEED ?? Date.now() % 1000000);
const FLOAT_CASES = Number(process.env.SIMD_CASES ?? 1_000_000);

let lab: SimdLab;
let native: NativeCpu | undefined;

beforeAll(() => {
  lab = new SimdLab(simdParts());
  native = NativeCpu.open();
});

afterAll(() => native?.close());

const instructions = simdInstructions();

describe("vector instructions", () => {
  if (process.env.SIMD_RECORD) {
    it("are recorded", () => {
      const parts = instructions.map((instruction, n) =>
        hashes(native!.run(makeCases(instruction, recordedCount(instruction), caseSeed(RECORDED_SEED, n)))),
      );
      const all = new Uint32Array(parts.reduce((sum, p) => sum + p.length, 0));
      let at = 0;
      for (const p of parts) {
        all.set(p, at);
        at += p.length;
      }
      writeFileSync(FILE, new Uint8Array(all.buffer));
    });
  }

  it("agree with the recorded outcomes of a real CPU", () => {
    const file = new Uint8Array(readFileSync(FILE));
    const expected = new DataView(file.buffer, file.byteOffset, file.length);
    let at = 0;
    const wrong = new Map<string, number>();
    instructions.forEach((instruction, n) => {
      const got = hashes(emulate(lab, makeCases(instruction, recordedCount(instruction), caseSeed(RECORDED_SEED, n))));
      for (const hash of got) {
        if (expected.getUint32(at, true) !== hash) wrong.set(instruction.name, (wrong.get(instruction.name) ?? 0) + 1);
        at += 4;
      }
    });
    expect(at, "cases recorded: run with SIMD_RECORD=1 after a change of the table").toBe(file.length);
    expect([...wrong]).toEqual([]);
    expect(at / 4).toBeGreaterThan(20000);
  });

  it("agree with this host's CPU, every form", ({ skip }) => {
    if (!native) return skip("no x86-64 CPU with a C compiler here");
    const { cases, differ, messages } = compareLive(lab, native, instructions, () => 10, seed);
    expect(messages, `seed ${seed}: ${differ} of ${cases} cases differ`).toEqual([]);
  });

  it("agree with this host's CPU on a million floating-point operands", ({ skip }) => {
    if (!native) return skip("no x86-64 CPU with a C compiler here");
    const float = instructions.filter(
      ({ kind, row }) =>
        (kind === "single" || kind === "double") && /^(F3|F2|NP|66) 0F (2|5|7|C2|D0|E6|3A)/.test(row[0]),
    );
    const each = Math.ceil(FLOAT_CASES / float.length);
    const { cases, differ, messages } = compareLive(lab, native, float, () => each, seed + 1);
    expect(messages, `seed ${seed}: ${differ} of ${cases} cases differ`).toEqual([]);
    expect(cases).toBeGreaterThanOrEqual(FLOAT_CASES);
  });
});

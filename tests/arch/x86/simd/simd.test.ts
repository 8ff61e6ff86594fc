// Vector instructions on the engine against this host's CPU where it is an x86-64 with a C compiler, and against recorded
// outcomes everywhere. SIMD_RECORD=1 writes the recording; SIMD_SEED and SIMD_CASES set the live comparison.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Vendor } from "../vendors/vendor.js";
import {
  asVendorDoes,
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
import type { Instruction } from "./instructions.js";
import { SimdLab } from "./lab.js";
import { NativeCpu, type RecordCpu } from "./native.js";
import { IN_CODE, OUT_XMM, RECORD } from "./records.js";

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

/** Outcomes of the recorded cases of instruction number n as AMD's processors, which they were recorded on, have them. */
function recorded(
  instruction: Instruction,
  n: number,
  run: (input: Uint8Array<ArrayBuffer>) => Uint8Array,
): Uint8Array {
  const input = makeCases(instruction, recordedCount(instruction), caseSeed(RECORDED_SEED, n));
  const output = new Uint8Array(run(input));
  asVendorDoes("amd", input, output, () => instruction);
  return output;
}

describe("vector instructions", () => {
  if (process.env.SIMD_RECORD) {
    it("are recorded", () => {
      const parts = instructions.map((instruction, n) =>
        hashes(recorded(instruction, n, (input) => native!.run(input))),
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

  it("agree with the recorded outcomes of an AMD processor", () => {
    const file = new Uint8Array(readFileSync(FILE));
    const expected = new DataView(file.buffer, file.byteOffset, file.length);
    let at = 0;
    const wrong = new Map<string, number>();
    instructions.forEach((instruction, n) => {
      for (const hash of hashes(recorded(instruction, n, (input) => emulate(lab, input)))) {
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
    const { cases, differ, messages, leftOut } = compareLive(lab, native, float, () => each, seed + 1);
    if (leftOut > 0)
      console.log(`tests/arch/x86/simd: ${leftOut} cases left out: what this host's vendor does there is not known`);
    expect(messages, `seed ${seed}: ${differ} of ${cases} cases differ`).toEqual([]);
    expect(cases).toBeGreaterThanOrEqual(FLOAT_CASES);
  });

  describe("on a host of another vendor", () => {
    /** What the table of vendors is about, and something that it is not. */
    const some = instructions.filter(({ name }) => /^(dpp|mulps|haddp)/.test(name));
    const compare = (host: RecordCpu) => compareLive(lab, host, some, () => 200, seed + 2);

    /** This host as a processor of `vendor`. */
    const disguised = (host: RecordCpu, vendor: Vendor): RecordCpu => ({
      vendor,
      run(input) {
        const output = new Uint8Array(host.run(input));
        const codes = new Map(some.map((instruction) => [instruction.code.join(), instruction]));
        const owner = (k: number) => {
          const at = k * RECORD + IN_CODE;
          for (let n = 3; n < 16; n++) {
            const found = codes.get(input.subarray(at, at + n).join());
            if (found) return found;
          }
          throw new Error(`record ${k} has no instruction`);
        };
        asVendorDoes(vendor, input, output, owner);
        return output;
      },
    });

    it.for(["intel", "amd"] as const)(
      "%s: the cases that the table names are compared with what it says",
      (vendor, { skip }) => {
        if (!native) return skip("no x86-64 CPU with a C compiler here");
        if (native.vendor === "other") return skip("this host's vendor is not in the table of vendors");
        const host = disguised(native, vendor);
        const right = compare(host);
        expect(right, `seed ${seed}`).toMatchObject({ differ: 0, leftOut: 0 });
        expect(right.byVendor).toBeGreaterThan(10);
        // The same processor under a wrong name differs, and in no other cases.
        const wrong = compare({ vendor: vendor === "intel" ? "amd" : "intel", run: host.run });
        expect(wrong.differ, `seed ${seed}`).toBeGreaterThan(10);
        expect(wrong.differ).toBeLessThanOrEqual(wrong.byVendor);
      },
    );

    it("of a vendor nobody knows: they are left out", ({ skip }) => {
      if (!native) return skip("no x86-64 CPU with a C compiler here");
      const unknown = compare({ vendor: "other", run: (input) => native!.run(input) });
      expect(unknown, `seed ${seed}`).toMatchObject({ differ: 0, byVendor: 0 });
      expect(unknown.leftOut).toBeGreaterThan(10);
    });

    it("notices any other difference, in the table's cases too", ({ skip }) => {
      if (!native) return skip("no x86-64 CPU with a C compiler here");
      const spoilt = {
        vendor: native.vendor,
        run(input: Uint8Array) {
          const output = new Uint8Array(native!.run(input));
          for (let at = 0; at < output.length; at += RECORD) output[at + OUT_XMM]! ^= 1;
          return output;
        },
      };
      const { cases, differ } = compare(spoilt);
      expect(differ, `seed ${seed}`).toBe(cases);
    });
  });
});

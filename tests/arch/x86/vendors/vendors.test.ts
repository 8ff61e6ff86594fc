// The table of vendors itself: cases of every row, on our machine in both tiers and on this host's processor.

import { describe, expect, it } from "vitest";
import { NativeProgram } from "../../../../testing/native/program.js";
import { Random } from "../../../../testing/random.js";
import { corpusParts } from "../../../../testing/x86/parts.js";
import { difference, runNative } from "../corpus/check.js";
import { Runner } from "../corpus/emulate.js";
import { machineOutcome, outcomeOf } from "../corpus/execution.js";
import { type Case, DATA, makeInput, type StateKind } from "../corpus/state.js";
import { VENDOR_ROWS } from "./table.js";
import { hostVendor, vendorOf } from "./vendor.js";

/** For each row, by a part of its name: mnemonic, code in hexadecimal and kind of state. */
const CODES: Record<string, [string, string, StateKind][]> = {
  "SHLD, SHRD": [
    ["shld", "660fa4d811", "r"],
    ["shrd", "660facd81f", "r"],
    ["shld", "660fa45b1812", "m"],
    ["shrd", "66440fac5b1817", "m"],
  ],
  REP: [
    ["movs", "67f3a4", "s"],
    ["movs", "6667f2a5", "s"],
    ["stos", "67f348ab", "s"],
    ["lods", "67f3ac", "s"],
    ["cmps", "67f2a7", "s"],
    ["scas", "67f3ae", "s"],
  ],
  DPPS: [
    ["dpps", "660f3a40caff", "r"],
    ["dpps", "66450f3a40d27f", "r"],
    ["dppd", "660f3a41ca33", "r"],
  ],
  "not canonical": [
    ["jmp", "ffe1", "r"],
    ["call", "41ffd7", "r"],
    ["call", "ff5610", "m"],
    ["ret", "c3", "r"],
  ],
  "66h": [
    ["jmp", "66e92000cccccccc", "r"],
    ["jmp", "66eb10", "r"],
    ["jmp", "66ffe1", "r"],
    ["jmp", "66ff6610", "m"],
    ["call", "66e82000cccccccc", "r"],
    ["call", "6641ffd7", "r"],
    ["call", "66ff5610", "m"],
    ["ret", "66c3", "r"],
    ["ret", "66c20800", "r"],
    ["je", "667410", "r"],
    ["jl", "667c10", "r"],
    ["jbe", "660f862000cccccccc", "r"],
    ["loop", "66e210", "r"],
    ["loopne", "6667e010", "r"],
    ["jcxz", "66e310", "r"],
  ],
};
const EACH = 20;

function cases(): Case[] {
  const random = new Random(20261130);
  return Object.values(CODES).flatMap((list) =>
    list.flatMap(([name, code, kind]) =>
      Array.from({ length: EACH }, () => ({ name, code, kind, seed: random.u32() })),
    ),
  );
}

/** Strings that repeat nothing, every other one because the first round faults; every other JCXZ jumps, every other DPPD has two NaNs. */
function inputOf(c: Case) {
  const input = makeInput(c);
  const other = c.seed % 2 === 0;
  if (c.kind === "s") {
    const high = BigInt(c.seed) << 32n;
    input.gpr[1] = other ? high | 3n : high;
    if (other) for (const register of [6, 7]) input.gpr[register] = high | BigInt(DATA - 0x100);
  }
  if (c.name === "jcxz" && other) input.gpr[1] = 0n;
  if (c.name === "dppd" && other) {
    const xmm1 = new DataView(input.fx.buffer, 176);
    xmm1.setBigUint64(0, 0xfff8000000000001n, true);
    xmm1.setBigUint64(8, 0xfff8000000000002n, true);
  }
  return input;
}

const list = cases();

it("knows the vendors by what CPUID calls them", () => {
  expect(["GenuineIntel", "AuthenticAMD", "HygonGenuine", "CentaurHauls", ""].map(vendorOf)).toEqual([
    ...["intel", "amd", "amd", "other", "other"],
  ]);
  for (const row of VENDOR_ROWS) expect(Object.keys(CODES).filter((name) => row.family.includes(name)).length).toBe(1);
});

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  it("our machine does what its column says, and the vendors do not agree", () => {
    const runner = new Runner(corpusParts(), tier1);
    const wrong: string[] = [];
    const differing = new Map<string, number>();
    for (const c of list) {
      const out = runner.run(inputOf(c));
      const words = `${c.name} ${c.code} seed ${c.seed}`;
      wrong.push(
        ...difference(c.name, machineOutcome(c.name, inputOf(c), out), out).map((line) => `${words}: ${line}`),
      );
      const [intel, amd] = (["intel", "amd"] as const).map((vendor) => outcomeOf(vendor, c.name, inputOf(c), out)!);
      if (difference(c.name, intel!, amd!).length > 0) differing.set(c.code, (differing.get(c.code) ?? 0) + 1);
    }
    expect(wrong).toEqual([]);
    const never = new Set(list.map(({ code }) => code).filter((code) => !differing.has(code)));
    // A jump that is refused is the same on both.
    expect([...never]).toEqual(["ffe1", "c3"]);
  });
});

it("this host's processor does what its vendor's column says", ({ skip }) => {
  const vendor = hostVendor();
  if (vendor === "other") return skip("this host's vendor is not in the table of vendors");
  const compiler = NativeProgram.open(new URL("../../../../testing/native/exec.c", import.meta.url));
  compiler?.close();
  if (!compiler) return skip("no x86-64 CPU with a C compiler here");
  const native = runNative(list, inputOf);
  const wrong = list.flatMap((c, k) => {
    const expected = outcomeOf(vendor, c.name, inputOf(c), native[k]!)!;
    return difference(c.name, expected, native[k]!).map((line) => `${c.name} ${c.code} seed ${c.seed}: ${line}`);
  });
  expect(wrong).toEqual([]);
});

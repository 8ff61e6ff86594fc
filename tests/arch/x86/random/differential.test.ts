// Fresh random instructions and operands against this host's CPU: what npm run differential does, for some seconds.
// RANDOM_SEED and RANDOM_CASES repeat or extend it.

import { randomInt } from "node:crypto";
import { constants } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { corpusParts } from "../../../../testing/x86/parts.js";
import { CODE } from "../corpus/state.js";
import { Batch, type Job } from "./batch.js";
import { compare } from "./compare.js";
import { differential } from "./differential.js";
import { LoopRunner } from "./emulator.js";
import { type Encoding, encodings } from "./encodings.js";
import { disguised, spoilt } from "./foreign.js";
import { INSTRUCTION } from "./layout.js";
import { type Loops, NativeLoops } from "./native.js";
import { Operands } from "./operands.js";
import { makePools } from "./values.js";

const SEED = Number(process.env.RANDOM_SEED ?? randomInt(0x7fffffff));
const CASES = Number(process.env.RANDOM_CASES ?? 200_000);
const SETS = 100;
const UD2 = [0x0f, 0x0b];

let native: NativeLoops | undefined;

beforeAll(() => {
  native = NativeLoops.open();
});

afterAll(() => native?.close());

it("random instructions do what this host's CPU does, in both tiers", { timeout: 300_000 }, ({ skip }) => {
  if (!native) return skip("no x86-64 CPU with a C compiler here");
  console.log(`tests/arch/x86/random: seed ${SEED}`);
  const summary = differential(native, {
    cases: CASES,
    sets: SETS,
    seed: SEED,
    tiers: [0, 1],
    only: /^/,
    show: 5,
  });
  const again = `npm run differential -- --seed ${SEED} --cases ${CASES} --sets ${SETS}`;
  expect(summary.messages, again).toEqual([]);
  expect(summary.faulted, again).toEqual([]);
  expect(
    summary.tiers.map(({ cases, differences }) => ({ cases, differences })),
    again,
  ).toEqual([0, 1].map(() => ({ cases: CASES, differences: 0 })));
  if (summary.tiers[0]!.leftOut > 0)
    console.log(
      `tests/arch/x86/random: ${summary.tiers[0]!.leftOut} cases left out: what this host's vendor does there is not known`,
    );
  expect(summary.tiers[1]!.inRegions, "share of the instructions that regions executed").toBeGreaterThan(0.9);
});

it("notices an instruction that does something else", ({ skip }) => {
  if (!native) return skip("no x86-64 CPU with a C compiler here");
  const batch = new Batch();
  batch.add(subtraction(), SETS, new Operands(makePools(SEED), SEED));
  const [result] = native.run(batch);
  const job = batch.jobs[0]!;
  for (const tier1 of [false, true]) {
    const runner = new LoopRunner(corpusParts(), tier1);
    expect(compare(job, result!, native.vendor, runner.execute(job), 1)).toMatchObject({ count: 0, shown: [] });
    const { count, shown } = compare(job, result!, native.vendor, runner.execute(additionFor(job)), 1);
    expect(count, `seed ${SEED}`).toBeGreaterThan(SETS / 2);
    expect(shown[0]!.text).toMatch(/sub Ev,Gv: .*\n.*rax [0-9a-f]{16} .*\n(.*\n)*.*expected [0-9a-f]{8}, got/);
  }
});

/** Instructions that the table of vendors is about, and some that it is not. */
const SOME = /^(shld|shrd|dpps|dppd|movs|stos|lods|cmps|scas|add|rcl|mulps)$/;

describe("on a host of another vendor", () => {
  const options = { cases: 40_000, sets: SETS, seed: SEED, tiers: [0, 1] as const, only: SOME, show: 1 };
  const differences = (host: Loops) => differential(host, options).tiers;

  it.for(["intel", "amd"] as const)(
    "%s: the cases that the table names are compared with what it says",
    (vendor, { skip }) => {
      if (!native) return skip("no x86-64 CPU with a C compiler here");
      if (native.vendor === "other") return skip("this host's vendor is not in the table of vendors");
      for (const tier of differences(disguised(native, vendor))) {
        expect(tier, `seed ${SEED}`).toMatchObject({ differences: 0, leftOut: 0 });
        expect(tier.byVendor).toBeGreaterThan(100);
      }
      // The same processor under a wrong name differs, and in no other cases.
      const wrong = { vendor: vendor === "intel" ? "amd" : "intel", run: disguised(native, vendor).run } as const;
      for (const tier of differences(wrong)) {
        expect(tier.differences, `seed ${SEED}`).toBeGreaterThan(100);
        expect(tier.differences).toBeLessThanOrEqual(tier.byVendor);
      }
    },
  );

  it("of a vendor nobody knows: they are left out, and said", ({ skip }) => {
    if (!native) return skip("no x86-64 CPU with a C compiler here");
    for (const tier of differences({ vendor: "other", run: (batch) => native!.run(batch) })) {
      expect(tier, `seed ${SEED}`).toMatchObject({ differences: 0, byVendor: 0 });
      expect(tier.leftOut).toBeGreaterThan(100);
    }
  });

  it("notices any other difference, in the table's cases too", ({ skip }) => {
    if (!native) return skip("no x86-64 CPU with a C compiler here");
    if (native.vendor === "other") return skip("this host's vendor is not in the table of vendors");
    for (const tier of differences(spoilt(native))) expect(tier.differences, `seed ${SEED}`).toBe(tier.cases);
  });
});

it("tells of an instruction that the CPU refuses", ({ skip }) => {
  if (!native) return skip("no x86-64 CPU with a C compiler here");
  const refused = subtraction();
  const code = refused.code.slice();
  code.set(UD2, code.length - UD2.length);
  const batch = new Batch();
  batch.add({ ...refused, code }, SETS, new Operands(makePools(SEED), SEED));
  expect(native.run(batch)[0]).toMatchObject({ signal: constants.signals.SIGILL, left: SETS });
});

/** SUB of two different registers. */
function subtraction(): Encoding {
  for (const e of encodings(SEED, /^sub$/))
    if (e.row[0] === "29" && e.memory === "none" && e.insn.reg !== e.insn.rm) return e;
  throw new Error("no SUB");
}

/** The same with ADD: its opcode is next to the last byte. */
function additionFor(job: Job): Job {
  const code = job.loop.code.slice();
  code[INSTRUCTION - CODE + job.encoding.code.length - 2] = 0x01;
  return { ...job, loop: { ...job.loop, code } };
}

// Fresh random instructions and operands against this host's CPU: what npm run differential does, for some seconds.
// RANDOM_SEED and RANDOM_CASES repeat or extend it.

import { randomInt } from "node:crypto";
import { constants } from "node:os";
import { afterAll, beforeAll, expect, it } from "vitest";
import { corpusParts } from "../corpus/parts.js";
import { CODE } from "../corpus/state.js";
import { Batch, type Job } from "./batch.js";
import { compare } from "./compare.js";
import { differential } from "./differential.js";
import { LoopRunner } from "./emulator.js";
import { type Encoding, encodings } from "./encodings.js";
import { INSTRUCTION } from "./layout.js";
import { NativeLoops } from "./native.js";
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
  console.log(`tests/random: seed ${SEED}`);
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
    expect(compare(job, result!, runner.execute(job), 1)).toEqual({ count: 0, shown: [] });
    const { count, shown } = compare(job, result!, runner.execute(additionFor(job)), 1);
    expect(count, `seed ${SEED}`).toBeGreaterThan(SETS / 2);
    expect(shown[0]!.text).toMatch(/sub Ev,Gv: .*\n.*rax [0-9a-f]{16} .*\n(.*\n)*.*expected [0-9a-f]{8}, got/);
  }
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

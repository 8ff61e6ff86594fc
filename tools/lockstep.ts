// node tools/run-ts.mjs tools/lockstep.ts [--instructions N] [--step N] [--memory N] -- QEMU OPTIONS
//
// Lockstep of tier 0 against tier 1: the same machine under -icount is run twice, once interpreted, once with regions, and
// the architectural state is compared at every multiple of --step instructions, all of RAM at every multiple of --memory.
// At a difference the number of regions tier 1 may make is bisected; the last one that makes the difference is printed. Which
// regions are made when follows the host's time, so a difference may not come again: it is told before the bisection.

import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { HELPERS } from "../src/frontend/x86/helpers.js";
import * as X from "../src/frontend/x86/layout.js";
import { print } from "../src/ir/print.js";
import * as L from "../src/layout.js";
import { createMachine } from "../src/machine/create.js";
import type { X86Cpu } from "../src/machine/x86-cpu.js";
import { loadCoreModule } from "../src/node/core-module.js";
import { createNodeHost } from "../src/node/host.js";
import { programInfo } from "../src/node/program.js";
import { parseArguments } from "../src/options/parse.js";
import type { Region } from "../src/tier1/region.js";
import { RegionTier } from "../src/tier1/tier1.js";

const { values, positionals } = parseArgs({
  options: {
    instructions: { type: "string", default: "300000000" },
    step: { type: "string", default: "1000000" },
    memory: { type: "string", default: "50000000" },
    /** Runs of a block before it becomes a region. */
    hot: { type: "string", default: "50" },
    /** Modules are made in batches, as in normal runs, not for every region at once. */
    batch: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const limit = Number(values.instructions);

interface Request {
  tier1: boolean;
  from: number;
  to: number;
  step: number;
  memoryStep: number;
  onRegion?: (region: Region) => void;
  /** Most regions made. */
  regions?: number;
  compare?: (index: number, digest: string, detail: () => string) => boolean;
}

function stateText(cpu: X86Cpu): string {
  const { memory, core } = cpu.engine;
  const lines: string[] = [`pc ${cpu.pc.toString(16)} mode ${memory.cpu(L.S_MODE).toString(16)}`];
  for (let k = 0; k < 16; k++) lines.push(`r${k} ${memory.cpu64(X.X_GPR + 8 * k).toString(16)}`);
  const flags = (core.exports.x86_flags as (cpu: number, a: bigint, b: bigint, c: bigint) => bigint)(
    L.CPU0,
    0n,
    0n,
    0n,
  );
  lines.push(`flags ${flags.toString(16)} ${memory.cpu64(X.X_FLAGS).toString(16)} df ${memory.cpu(X.X_DF)}`);
  for (const at of [X.X_CR0, X.X_CR2, X.X_CR3, X.X_CR4, X.X_EFER]) lines.push(memory.cpu64(at).toString(16));
  for (let s = 0; s < 8; s++)
    lines.push(
      `seg${s} ${memory.cpu64(X.X_SEG + 32 * s).toString(16)} ${memory.cpu(X.X_SEG + 32 * s + 16).toString(16)}`,
    );
  for (let k = 0; k < 32; k++) lines.push(`xmm${k >> 1}.${k & 1} ${memory.cpu64(X.X_XMM + 8 * k).toString(16)}`);
  for (let k = 0; k < 16; k++) lines.push(`fpr${k >> 1}.${k & 1} ${memory.cpu64(X.X_FPR + 8 * k).toString(16)}`);
  for (const at of [X.X_FCW, X.X_FSW, X.X_FTOP, X.X_FTAG, X.X_MXCSR]) lines.push(`${at} ${memory.cpu(at)}`);
  return lines.join("\n");
}

function memoryDigest(cpu: X86Cpu): string {
  const { u8, plan } = cpu.engine.memory;
  return createHash("sha1")
    .update(u8.subarray(plan.ramBase, plan.ramBase + plan.ramSize))
    .digest("hex");
}

async function execute(request: Request): Promise<void> {
  const parsed = parseArguments(
    [
      "-display",
      "none",
      "-serial",
      "null",
      "-monitor",
      "none",
      "-icount",
      "shift=3,sleep=off",
      "-rtc",
      "base=2026-01-01,clock=vm",
      ...positionals,
    ],
    programInfo(),
  );
  if (parsed.kind !== "machine") throw new Error("the options give no machine");
  const host = createNodeHost({ prefix: "lockstep", onBrokenOutput: () => {} });
  let cpu: X86Cpu | undefined;
  const never = { hot: () => {}, maintain: () => {} };
  const machine = await createMachine(parsed.config, host, {
    module: loadCoreModule(),
    tier1: (engine) => {
      if (!request.tier1) return never;
      let made = 0;
      const tier = new RegionTier(engine, {
        unlimited: true,
        onRegion: (region) => {
          made++;
          request.onRegion?.(region);
        },
      });
      return {
        hot: (block) => {
          if (made >= (request.regions ?? Number.POSITIVE_INFINITY)) return;
          tier.hot(block);
          if (!values.batch) tier.maintain();
        },
        maintain: () => tier.maintain(),
      };
    },
  });
  cpu = machine.cpu as X86Cpu;
  const { engine } = cpu;
  // Far more code than in normal runs goes through tier 1.
  if (request.tier1) engine.memory.setHot(Number(values.hot));
  const done = (): void => machine.quit();
  const arm = (every: number, reached: (n: number) => void): void => {
    engine.checkpoint = { every, reached };
  };
  const fine = (): void =>
    arm(request.step, (n) => {
      const c = cpu as X86Cpu;
      const text = stateText(c);
      let digest = createHash("sha1").update(text).digest("hex");
      if (n % request.memoryStep === 0) digest += memoryDigest(c);
      const go = request.compare?.(n, digest, () => text) ?? true;
      if (!go || n >= request.to) {
        engine.checkpoint = undefined;
        done();
      }
    });
  if (request.from === 0) fine();
  else {
    arm(request.from, () => fine());
  }
  await machine.start();
}

/** First multiple of `step` at which tier 1, allowed the first `regions` regions, differs from `expected`. */
async function firstDifference(
  expected: Map<number, string>,
  from: number,
  to: number,
  step: number,
  memoryStep: number,
  regions: number,
): Promise<{ at: number | undefined; made: number; last: Region | undefined; detail: string }> {
  const result: { at: number | undefined; made: number; last: Region | undefined; detail: string } = {
    at: undefined,
    made: 0,
    last: undefined,
    detail: "",
  };
  await execute({
    tier1: true,
    from,
    to,
    step,
    memoryStep,
    regions,
    onRegion: (region) => {
      result.made++;
      result.last = region;
    },
    compare: (n, digest, detail) => {
      if (expected.get(n) === digest) return true;
      result.at = n;
      result.detail = detail();
      return false;
    },
  });
  return result;
}

async function reference(
  from: number,
  to: number,
  step: number,
  memoryStep: number,
): Promise<{ digests: Map<number, string>; detail: string }> {
  const digests = new Map<number, string>();
  let text = "";
  await execute({
    tier1: false,
    from,
    to,
    step,
    memoryStep,
    compare: (n, digest, detail) => {
      digests.set(n, digest);
      text = detail();
      return true;
    },
  });
  return { digests, detail: text };
}

async function printDifference(at: number, detail: string): Promise<void> {
  const expected = (await reference(0, at, step, memoryStep)).detail.split("\n");
  const lines = detail.split("\n");
  console.log(`state after ${at} instructions, tier 0 and tier 1 (nothing: memory alone):`);
  expected.forEach((line, k) => {
    if (line !== lines[k]) console.log(`  ${line}   ${lines[k]}`);
  });
}

const step = Number(values.step);
const memoryStep = Number(values.memory);
const whole = await reference(0, limit, step, memoryStep);
const first = await firstDifference(whole.digests, 0, limit, step, memoryStep, Number.POSITIVE_INFINITY);
if (first.at === undefined) {
  console.log(
    `no divergence in ${limit} instructions (state every ${step}, memory every ${memoryStep}; ${first.made} regions)`,
  );
} else {
  const before = first.at - step;
  console.log(`differs between ${before} and ${first.at} instructions, ${first.made} regions made by then`);
  await printDifference(first.at, first.detail);
  // The fewest regions that still differ: the last of them is the one.
  let good = 0;
  let bad = first.made;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const found = await firstDifference(whole.digests, 0, first.at, step, memoryStep, middle);
    console.log(`  ${middle} regions: ${found.at === undefined ? "agree" : `differ at ${found.at}`}`);
    if (found.at === undefined) good = middle;
    else bad = middle;
  }
  const culprit = await firstDifference(whole.digests, 0, first.at, step, memoryStep, bad);
  if (culprit.at === undefined) console.log("and did not when run again");
  else if (culprit.at !== first.at) await printDifference(culprit.at, culprit.detail);
  console.log(
    `region ${bad}, blocks at physical ${culprit.last?.blocks.map((block) => block.phys.toString(16)).join(" ")}`,
  );
  for (const block of culprit.last?.blocks ?? []) console.log(print(block.ir, HELPERS));
  process.exitCode = 1;
}

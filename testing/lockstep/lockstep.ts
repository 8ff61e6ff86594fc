// Lockstep: the same machine under -icount is run in one tier and in the other, and its state compared at every so many instructions.

import { createHash } from "node:crypto";
import { registerValue } from "../../src/arch/arch.js";
import { stateReader } from "../../src/engine/state-reader.js";
import * as L from "../../src/layout/layout.js";
import type { EngineCpu } from "../../src/machine/cpu.js";
import { catalogue, parseArguments } from "../../src/machines/arguments.js";
import { createMachine } from "../../src/machines/create.js";
import { loadCore } from "../../src/node/core-module.js";
import { createNodeHost } from "../../src/node/host.js";
import { programInfo } from "../../src/node/program.js";
import type { Region } from "../../src/tier1/form/region.js";
import { RegionTier } from "../../src/tier1/tier1.js";

/** What is run, and how closely it is looked at. */
export interface Lockstep {
  /** The guest of the machine; default: x86_64. */
  guest?: string;
  /** QEMU's options. */
  machine: readonly string[];
  /** Instructions between two looks at the CPU's state. */
  step: number;
  /** And at all of RAM. */
  memoryStep: number;
  /** Runs of a block before it becomes a region. */
  hot: number;
  /** Modules are made in batches, as in normal runs, not for every region at once. */
  batch: boolean;
}

interface Request {
  tier1: boolean;
  to: number;
  onRegion?: (region: Region) => void;
  /** Most regions made. */
  regions?: number;
  compare?: (index: number, digest: string, detail: () => string) => boolean;
}

function stateText(cpu: EngineCpu): string {
  const state = stateReader(cpu.engine.core, cpu.vcpu);
  const registers = cpu.engine.arch.registers.map(
    (register) => `${register.name} ${registerValue(state, register).toString(16)}`,
  );
  return [`mode ${state.u32(L.S_MODE).toString(16)}`, ...registers].join("\n");
}

function memoryDigest(cpu: EngineCpu): string {
  const { u8, plan } = cpu.engine.memory;
  return createHash("sha1")
    .update(u8.subarray(plan.ramBase, plan.ramBase + plan.ramSize))
    .digest("hex");
}

async function execute(run: Lockstep, request: Request): Promise<void> {
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
      ...run.machine,
    ],
    programInfo(run.guest),
    catalogue(run.guest),
  );
  if (parsed.kind !== "machine") throw new Error("the options give no machine");
  const host = createNodeHost({ prefix: "lockstep", onBrokenOutput: () => {} });
  let cpu: EngineCpu | undefined;
  const never = { hot: () => {}, maintain: () => {} };
  const machine = await createMachine(parsed.config, host, {
    ...loadCore(run.guest),
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
          if (!run.batch) tier.maintain();
        },
        maintain: () => tier.maintain(),
      };
    },
  });
  cpu = machine.cpu as EngineCpu;
  const { engine } = cpu;
  // Far more code than in normal runs goes through tier 1.
  if (request.tier1) engine.memory.setHot(run.hot);
  const done = (): void => machine.quit();
  engine.checkpoint = {
    every: run.step,
    reached(n) {
      const c = cpu as EngineCpu;
      const text = stateText(c);
      let digest = createHash("sha1").update(text).digest("hex");
      if (n % run.memoryStep === 0) digest += memoryDigest(c);
      const go = request.compare?.(n, digest, () => text) ?? true;
      if (!go || n >= request.to) {
        engine.checkpoint = undefined;
        done();
      }
    },
  };
  await machine.start();
}

export interface Difference {
  /** Instructions after which the states differ; undefined: they do not. */
  at: number | undefined;
  /** Regions made by then, and the last of them. */
  made: number;
  last: Region | undefined;
  /** Tier 1's state there. */
  detail: string;
}

/** First multiple of the step at which tier 1, allowed the first `regions` regions, differs from `expected`. */
export async function firstDifference(
  run: Lockstep,
  expected: Map<number, string>,
  to: number,
  regions = Number.POSITIVE_INFINITY,
): Promise<Difference> {
  const result: Difference = { at: undefined, made: 0, last: undefined, detail: "" };
  await execute(run, {
    tier1: true,
    to,
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

/** What tier 0 does: a digest of the state at every step, and the last state. */
export async function reference(run: Lockstep, to: number): Promise<{ digests: Map<number, string>; detail: string }> {
  const digests = new Map<number, string>();
  let text = "";
  await execute(run, {
    tier1: false,
    to,
    compare: (n, digest, detail) => {
      digests.set(n, digest);
      text = detail();
      return true;
    },
  });
  return { digests, detail: text };
}

/** The lines of both tiers' states that are not the same. */
export async function differenceText(run: Lockstep, at: number, detail: string): Promise<string[]> {
  const expected = (await reference(run, at)).detail.split("\n");
  const lines = detail.split("\n");
  return [
    `state after ${at} instructions, tier 0 and tier 1 (nothing: memory alone):`,
    ...expected.flatMap((line, k) => (line === lines[k] ? [] : [`  ${line}   ${lines[k]}`])),
  ];
}

// Random instructions on random operands: this host's CPU against both tiers, bit for bit.

import { corpusParts } from "../../../../testing/x86/parts.js";
import type { Vendor } from "../vendors/vendor.js";
import { Batch, type Job } from "./batch.js";
import { compare } from "./compare.js";
import { type LoopResult, LoopRunner } from "./emulator.js";
import { type Encoding, encodings } from "./encodings.js";
import type { Loops, NativeResult } from "./native.js";
import { Operands } from "./operands.js";
import { makePools } from "./values.js";

export interface DifferentialOptions {
  /** Executions of an instruction on an operand set, in each tier. */
  cases: number;
  /** Operand sets an encoding. */
  sets: number;
  seed: number;
  tiers: readonly (0 | 1)[];
  only: RegExp;
  /** Most encodings whose differences are told. */
  show: number;
  progress?: (done: number, seconds: number) => void;
}

export interface TierSummary {
  tier: 0 | 1;
  cases: number;
  differences: number;
  /** Cases on which processor vendors differ: compared with the host's column of the table of vendors; or left out, for its
   *  vendor is not in it. */
  byVendor: number;
  leftOut: number;
  seconds: number;
  /** Share of the instructions that regions executed. */
  inRegions: number;
  /** By mnemonic: encodings, and those that regions left to tier 0 more often than not. */
  leftToTier0: Map<string, { encodings: number; left: number }>;
}

export interface Summary {
  encodings: number;
  mnemonics: Set<string>;
  tiers: TierSummary[];
  messages: string[];
  /** Encodings whose operands made this host's CPU fault, which should not happen: with what signal. */
  faulted: string[];
}

interface Tier extends TierSummary {
  runner: LoopRunner;
  instructions: number;
  regionInstructions: number;
}

export function differential(native: Loops, options: DifferentialOptions): Summary {
  const { cases, sets, seed, only } = options;
  const parts = corpusParts();
  const tiers = options.tiers.map((tier): Tier => {
    const empty = {
      cases: 0,
      differences: 0,
      byVendor: 0,
      leftOut: 0,
      seconds: 0,
      inRegions: 0,
      leftToTier0: new Map(),
    };
    return { tier, ...empty, runner: new LoopRunner(parts, tier === 1), instructions: 0, regionInstructions: 0 };
  });
  const operands = new Operands(makePools(seed), seed);
  const summary: Summary = { encodings: 0, mnemonics: new Set(), tiers, messages: [], faulted: [] };
  const batch = new Batch();
  const source = encodings(seed, only);
  const started = Date.now();
  let planned = 0;
  let done = 0;
  while (done < cases) {
    batch.clear();
    planned = done;
    while (planned < cases && !batch.full) {
      const next = source.next();
      if (next.done) throw new Error(`no instruction is called ${only.source}`);
      planned += batch.add(next.value, Math.min(sets, cases - planned), operands);
    }
    const results = native.run(batch);
    const good = batch.jobs
      .map((job, k) => ({ job, result: results[k]! }))
      .filter(({ job, result }) => {
        if (result.signal === 0) return true;
        summary.faulted.push(
          `${words(job.encoding)}: signal ${result.signal} at operand set ${job.count - result.left}`,
        );
        return false;
      });
    for (const tier of tiers) runTier(tier, good, native.vendor, summary, options.show);
    for (const { job } of good) {
      summary.encodings++;
      summary.mnemonics.add(job.encoding.name);
      done += job.count;
    }
    if (good.length === 0) throw new Error(`nothing but faults: ${summary.faulted.slice(-3).join("; ")}`);
    options.progress?.(done, (Date.now() - started) / 1000);
  }
  return summary;
}

function runTier(
  tier: Tier,
  jobs: readonly { job: Job; result: NativeResult }[],
  vendor: Vendor,
  summary: Summary,
  show: number,
): void {
  const started = performance.now();
  for (const { job, result } of jobs) {
    const ours = attempt(tier, job);
    tier.cases += job.count;
    tier.instructions += ours.instructions;
    tier.regionInstructions += ours.inRegions;
    const left = tier.leftToTier0.get(job.encoding.name) ?? { encodings: 0, left: 0 };
    tier.leftToTier0.set(job.encoding.name, left);
    left.encodings++;
    if (ours.late > job.count / 2) left.left++;
    const { count, shown, byVendor, leftOut } = compare(
      job,
      result,
      vendor,
      ours,
      summary.messages.length < show ? 1 : 0,
    );
    tier.differences += count;
    tier.byVendor += byVendor;
    tier.leftOut += leftOut;
    for (const { text } of shown)
      summary.messages.push(`tier ${tier.tier}: ${count} of ${job.count} operand sets differ\n  ${text}`);
  }
  tier.seconds += (performance.now() - started) / 1000;
  tier.inRegions = tier.regionInstructions / Math.max(1, tier.instructions);
}

/** What the engine makes of a loop; where it breaks down the next one gets a new engine. */
function attempt(tier: Tier, job: Job): LoopResult {
  try {
    return tier.runner.execute(job);
  } catch (error) {
    tier.runner = new LoopRunner(corpusParts(), tier.tier === 1);
    const none = new Uint32Array(0);
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { failure, left: job.count, output: none, memory: none, instructions: 0, inRegions: 0, late: 0 };
  }
}

function words(e: Encoding): string {
  const bytes = Array.from(e.code, (b) => b.toString(16).padStart(2, "0")).join(" ");
  return `${e.name} ${e.row[2]} (${bytes})`;
}

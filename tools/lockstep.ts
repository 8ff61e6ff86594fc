// node tools/run-ts.mjs tools/lockstep.ts [--instructions N] [--step N] [--memory N] [--arch GUEST] -- QEMU OPTIONS
//
// Lockstep of tier 0 against tier 1: the same machine under -icount is run twice, once interpreted, once with regions, and
// the architectural state is compared at every multiple of --step instructions, all of RAM at every multiple of --memory.
// At a difference the number of regions tier 1 may make is bisected; the last one that makes the difference is printed. Which
// regions are made when follows the host's time, so a difference may not come again: it is told before the bisection.

import { parseArgs } from "node:util";
import { findGuest } from "../src/guests/guests.js";
import { print } from "../src/ir/print.js";
import { differenceText, firstDifference, type Lockstep, reference } from "../testing/lockstep/lockstep.js";

const { values, positionals } = parseArgs({
  options: {
    instructions: { type: "string", default: "300000000" },
    step: { type: "string", default: "1000000" },
    memory: { type: "string", default: "50000000" },
    /** Runs of a block before it becomes a region. */
    hot: { type: "string", default: "50" },
    /** Modules are made in batches, as in normal runs, not for every region at once. */
    batch: { type: "boolean", default: false },
    /** The guest of the machine. */
    arch: { type: "string", default: "x86_64" },
  },
  allowPositionals: true,
});
const guest = await findGuest(values.arch).load();
const { helpers } = guest.translation({ model: "max", features: [], properties: {} }).frontend;
const limit = Number(values.instructions);
const run: Lockstep = {
  guest: values.arch,
  machine: positionals,
  step: Number(values.step),
  memoryStep: Number(values.memory),
  hot: Number(values.hot),
  batch: values.batch,
};

async function printDifference(at: number, detail: string): Promise<void> {
  for (const line of await differenceText(run, at, detail)) console.log(line);
}

const whole = await reference(run, limit);
const first = await firstDifference(run, whole.digests, limit);
if (first.at === undefined) {
  console.log(
    `no divergence in ${limit} instructions (state every ${run.step}, memory every ${run.memoryStep}; ${first.made} regions)`,
  );
} else {
  const before = first.at - run.step;
  console.log(`differs between ${before} and ${first.at} instructions, ${first.made} regions made by then`);
  await printDifference(first.at, first.detail);
  // The fewest regions that still differ: the last of them is the one.
  let good = 0;
  let bad = first.made;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const found = await firstDifference(run, whole.digests, first.at, middle);
    console.log(`  ${middle} regions: ${found.at === undefined ? "agree" : `differ at ${found.at}`}`);
    if (found.at === undefined) good = middle;
    else bad = middle;
  }
  const culprit = await firstDifference(run, whole.digests, first.at, bad);
  if (culprit.at === undefined) console.log("and did not when run again");
  else if (culprit.at !== first.at) await printDifference(culprit.at, culprit.detail);
  console.log(
    `region ${bad}, blocks at physical ${culprit.last?.blocks.map((block) => block.phys.toString(16)).join(" ")}`,
  );
  for (const block of culprit.last?.blocks ?? []) console.log(print(block.ir, helpers));
  process.exitCode = 1;
}

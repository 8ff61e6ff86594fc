// Tier 1 beside tier 0 through the first 300 million instructions of a Linux boot, on machines that differ (testing/lockstep).

import { INITRD, KERNEL } from "../../testing/guest.js";
import { differenceText, firstDifference, type Lockstep, reference } from "../../testing/lockstep/lockstep.js";
import { Random } from "../../testing/random.js";
import setupGuest from "../../testing/setup-guest.js";
import { caseSeed, type Proof } from "./runner/proof.js";

const INSTRUCTIONS = 300_000_000;

/** The processor, RAM, the kernel's ways and when regions are made. */
function machine(random: Random): Lockstep {
  const options = [
    ...["-m", random.pick(["128M", "200M", "256M"]), "-cpu", random.pick(["max", "qemu64", "max,-rdrand,-rdseed"])],
    ...["-icount", `shift=${random.pick([1, 3, 6])},sleep=off`, "-seed", String(random.u32())],
    ...["-kernel", KERNEL, "-initrd", INITRD],
    ...["-append", `console=ttyS0 ${random.pick(["", "nokaslr", "pti=on", "nopti mitigations=off"])}`],
  ];
  const hot = random.pick([20, 50, 200, 1000]);
  return { machine: options, step: 1_000_000, memoryStep: 50_000_000, hot, batch: random.below(4) === 0 };
}

export const proof: Proof = {
  name: "lockstep",
  proves: "both tiers leave the same CPU and the same RAM, every million instructions of 300 million of a Linux boot",
  total: 200,
  batch: 1,
  sample: 1,
  prepare: setupGuest,
  async run(seed, first) {
    const run = machine(new Random(caseSeed(seed, first)));
    const { digests } = await reference(run, INSTRUCTIONS);
    const { at, made, detail } = await firstDifference(run, digests, INSTRUCTIONS);
    if (at === undefined && digests.size === INSTRUCTIONS / run.step) return [];
    const options = run.machine.map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(" ");
    const what = `case ${first} (hot ${run.hot}${run.batch ? ", batch" : ""}; ${options})`;
    if (at === undefined) return [`${what}: ended after ${digests.size} steps`];
    return [[`${what}: ${made} regions`, ...(await differenceText(run, at, detail))].join("\n")];
  },
};

// Hostile programs in tier 0 and in tier 1, state and memory compared after every piece (tests/arch/x86/hostile).

import { Tiers } from "../arch/x86/hostile/tiers.js";
import { caseSeed, type Proof } from "./runner/proof.js";

/** Programs that one pair of processors runs, one after another. */
const BATCH = 20;

export const proof: Proof = {
  name: "hostile",
  proves:
    "programs that change their own code, page tables and descriptors, take faults, interrupts and single-step traps in odd modes " +
    "leave the same processor and memory in both tiers",
  total: 5000,
  batch: BATCH,
  sample: 40,
  run(seed, first, count) {
    const tiers = new Tiers();
    const failures: string[] = [];
    for (let number = first; number < first + count; number++) {
      const own = caseSeed(seed, number);
      const { difference } = tiers.run(own);
      if (difference === undefined) continue;
      const alone = new Tiers().run(own).difference !== undefined;
      failures.push(`case ${number}${alone ? "" : ", only after those of its batch"}: ${difference}`);
    }
    return failures;
  },
};

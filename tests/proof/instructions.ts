// Random instructions on random operands in both tiers, beside this host's CPU (tests/arch/x86/random).

import { differential } from "../arch/x86/random/differential.js";
import { NativeLoops } from "../arch/x86/random/native.js";
import { caseSeed, type Proof } from "./runner/proof.js";

/** Cases that share a seed, their operand sets and a set of encodings. */
const BATCH = 1_000_000;
const SETS = 250;

let native: NativeLoops | undefined;
const open = (): NativeLoops | undefined => {
  if (!native) {
    native = NativeLoops.open();
    process.once("exit", () => native?.close());
  }
  return native;
};

export const proof: Proof = {
  name: "instructions",
  proves: "random instructions on random operands do in both tiers what this host's CPU does, bit for bit",
  total: 1_000_000_000,
  batch: BATCH,
  // tests/arch/x86/random/differential.test.ts runs more of them, and looks closer.
  sample: 20_000,
  missing: () => (open() ? undefined : "no x86-64 Linux with a C compiler here"),
  run(seed, first, count) {
    const own = caseSeed(seed, first);
    const again = `npm run differential -- --seed ${own} --cases ${count} --sets ${SETS}`;
    const { messages, faulted, tiers } = differential(open()!, {
      ...{ cases: count, sets: SETS, seed: own, tiers: [0, 1], only: /^/, show: 5 },
    });
    const all = tiers.reduce((sum, tier) => sum + tier.differences, 0);
    if (all === 0 && faulted.length === 0) return [];
    return [`${all} differences, ${faulted.length} faults; again: ${again}\n${[...messages, ...faulted].join("\n")}`];
  },
};

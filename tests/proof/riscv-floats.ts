// As riscv-instructions.ts, floating point alone: every rounding mode and all flags.

import { Random } from "../../testing/random.js";
import { lazyDifferential } from "../arch/riscv/random/differential.js";
import { caseSeed, type Proof } from "./runner/proof.js";

const open = lazyDifferential("floats");

export const proof: Proof = {
  name: "riscv-floats",
  proves:
    "floating point of riscv64, with its flags and in every rounding mode, is in both tiers what qemu-riscv64 makes of it",
  total: 1_000_000,
  batch: 5_000,
  sample: 10_000,
  run(seed, first, count) {
    const own = open();
    return own.differences([...own.instructions(new Random(caseSeed(seed, first)), count)]);
  },
};

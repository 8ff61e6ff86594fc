// As riscv-instructions.ts, sixteen instructions in a row.

import { Random } from "../../testing/random.js";
import { lazyDifferential } from "../arch/riscv/random/differential.js";
import { caseSeed, type Proof } from "./runner/proof.js";

const open = lazyDifferential();

export const proof: Proof = {
  name: "riscv-programs",
  proves:
    "sixteen random riscv64 instructions in a row, on few registers, do in both tiers what they do in qemu-riscv64 10.0 (both tiers do the same, where it is older)",
  total: 1_000_000,
  batch: 500,
  sample: 1_000,
  run(seed, first, count) {
    const own = open();
    return own.differences([...own.programs(new Random(caseSeed(seed, first)), count)]);
  },
};

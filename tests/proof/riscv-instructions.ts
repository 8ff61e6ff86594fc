// Random riscv64 instructions on random operands, in both tiers and beside qemu-riscv64 (tests/arch/riscv/random). Without that the tiers
// are compared with one another.

import { Random } from "../../testing/random.js";
import { lazyDifferential } from "../arch/riscv/random/differential.js";
import { caseSeed, type Proof } from "./runner/proof.js";

const open = lazyDifferential();

export const proof: Proof = {
  name: "riscv-instructions",
  proves: "random riscv64 instructions on random operands do in both tiers what qemu-riscv64 does, bit for bit",
  total: 10_000_000,
  batch: 5_000,
  sample: 10_000,
  run(seed, first, count) {
    const own = open();
    return own.differences([...own.instructions(new Random(caseSeed(seed, first)), count)]);
  },
};

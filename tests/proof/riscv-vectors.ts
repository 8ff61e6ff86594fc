// Random instructions of V, on random operands and configurations, in both tiers and beside qemu-riscv64 (tests/arch/riscv/vector).

import { Random } from "../../testing/random.js";
import { VectorDifferential } from "../arch/riscv/vector/differential.js";
import { caseSeed, type Proof } from "./runner/proof.js";

let opened: VectorDifferential | undefined;

export const proof: Proof = {
  name: "riscv-vectors",
  proves:
    "instructions of V do in both tiers, over all SEW, LMUL, masks and tails, what qemu-riscv64 10.0 makes of them",
  total: 1_000_000,
  batch: 2_000,
  sample: 2_000,
  run(seed, first, count) {
    opened ??= new VectorDifferential();
    return opened.differences(new Random(caseSeed(seed, first)), count);
  },
};

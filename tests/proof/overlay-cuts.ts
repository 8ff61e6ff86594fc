// Cuts of the power under a disk that keeps its writes in layers of files, as pages do (tests/durability/layer-cuts.ts).

import { Random } from "../../testing/random.js";
import { cutLayers } from "../durability/layer-cuts.js";
import { caseSeed, type Proof } from "./runner/proof.js";

export const proof: Proof = {
  name: "overlay-cuts",
  proves: "an overlay in files loses nothing that was flushed, and mixes nothing up, whenever the power is cut",
  total: 10_000,
  batch: 50,
  sample: 100,
  async run(seed, first, count) {
    const failures: string[] = [];
    for (let n = first; n < first + count; n++) {
      const failure = await cutLayers(new Random(caseSeed(seed, n)));
      if (failure !== undefined) failures.push(`case ${n}: ${failure}`);
    }
    return failures;
  },
};

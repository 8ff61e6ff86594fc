// Damaged images of all formats.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../testing/random.js";
import { fuzz, samples } from "../images/fuzz.js";
import { caseSeed, type Proof } from "./runner/proof.js";

export const proof: Proof = {
  name: "image-fuzz",
  proves: "an image of any format, damaged or cut short anywhere, is refused with one sentence or read in time",
  total: 200_000,
  batch: 500,
  sample: 1000,
  async run(seed, first, count) {
    const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
    const failures: string[] = [];
    try {
      const whole = await samples(new Random(caseSeed(seed, first)), folder);
      for (let number = first; number < first + count; number++) {
        const random = new Random(caseSeed(seed, number));
        const failure = await fuzz(random, random.pick(whole));
        if (failure) failures.push(`image ${number}: ${failure}`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    return failures;
  },
};

// qcow2 images of all kinds under random writes, zeros, discards, flushes and resizes.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../testing/random.js";
import { noQemuImg } from "../images/qemu-img.js";
import { writes } from "../images/writes.js";
import { caseSeed, type Proof } from "./runner/proof.js";

/** Of one image. */
const OPERATIONS = 2000;

export const proof: Proof = {
  name: "qcow2-writes",
  proves: `a qcow2 image of any kind agrees with a model over ${OPERATIONS} random operations each, and qemu-img check and compare find it whole at stops`,
  total: 400,
  batch: 4,
  sample: 6,
  missing: noQemuImg,
  async run(seed, first, count) {
    const folder = mkdtempSync(join(tmpdir(), "qcow2-"));
    const failures: string[] = [];
    try {
      for (let number = first; number < first + count; number++) {
        const failure = await writes(new Random(caseSeed(seed, number)), OPERATIONS, { folder, qemu: true });
        if (failure) failures.push(`image ${number}: ${failure}`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    return failures;
  },
};

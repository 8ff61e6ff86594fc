// Power cuts under a qcow2 image whose host forgets what was not synced.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cuts } from "../images/cuts.js";
import { noQemuImg } from "../images/qemu-img.js";
import { caseSeed, type Proof } from "./runner/proof.js";

/** Cuts of one image. */
const CUTS = 50;

export const proof: Proof = {
  name: "qcow2-cuts",
  proves: `a qcow2 image of any kind whose power is cut, ${CUTS} times each at any moment, has what was flushed, and at most lost clusters`,
  total: 200,
  batch: 4,
  sample: 6,
  async run(seed, first, count) {
    const folder = mkdtempSync(join(tmpdir(), "qcow2-"));
    const failures: string[] = [];
    try {
      const file = noQemuImg() === undefined ? join(folder, "image") : undefined;
      for (let number = first; number < first + count; number++) {
        const failure = await cuts(caseSeed(seed, number), CUTS, file);
        if (failure) failures.push(`image ${number}: ${failure}`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    return failures;
  },
};

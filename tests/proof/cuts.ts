// Power cuts under a virtio disk whose host forgets all that was not synced.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../testing/random.js";
import { cut, IMAGE_SIZE } from "../durability/cut.js";
import { caseSeed, type Proof } from "./runner/proof.js";

export const proof: Proof = {
  name: "cuts",
  proves:
    "when the power is cut at any moment, the disk has all that a flush, or a write without a write cache, was answered for",
  total: 10_000,
  batch: 200,
  sample: 600,
  async run(seed, first, count) {
    const folder = mkdtempSync(join(tmpdir(), "cuts-"));
    const file = join(folder, "image");
    writeFileSync(file, Buffer.alloc(IMAGE_SIZE));
    const failures: string[] = [];
    try {
      for (let number = first; number < first + count; number++) {
        const broken = await cut(new Random(caseSeed(seed, number)), file);
        if (broken) failures.push(`cut ${number}: ${broken}`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    return failures;
  },
};

// A disk whose layers lie in files that forget, when the power is cut, any part of what was not flushed.

import { MemoryBackend } from "../../src/block/backends/memory.js";
import { CLUSTER, SECTOR } from "../../src/block/clusters.js";
import type { BlockBackend } from "../../src/block/interfaces.js";
import { Layers } from "../../src/block/layers/layers.js";
import { CutFolder } from "../../src/block/layers/testing.js";
import type { Random } from "../../testing/random.js";

const SIZE = 3 * CLUSTER + 5 * SECTOR;
const COUNT = SIZE / SECTOR;
const STEPS = 30;

/** A text when a sector has neither what it had when it was flushed nor what was written to it since. */
export async function cutLayers(random: Random): Promise<string | undefined> {
  const base = new Uint8Array(SIZE).map((_, n) => n >> 9);
  const folder = new CutFolder();
  const open = async (): Promise<BlockBackend> => {
    const image = new MemoryBackend(base, true);
    return (await Layers.open(folder, image)).over(image);
  };
  let disk = await open();
  const may = Array.from({ length: COUNT }, (_, n) => [n & 255]);
  for (let step = 1; step <= STEPS; step++) {
    const kind = random.below(6);
    if (kind === 0) {
      await disk.flush();
      for (const values of may) values.splice(0, values.length - 1);
    } else if (kind === 1) {
      folder.cut((n) => random.below(n));
      disk = await open();
      const all = new Uint8Array(SIZE);
      await disk.read(0, all);
      for (const [n, values] of may.entries()) {
        const sector = all.subarray(n * SECTOR, (n + 1) * SECTOR);
        const value = sector[0]!;
        if (!values.includes(value) || sector.some((byte) => byte !== value)) {
          return `step ${step}: sector ${n} begins with ${value}, which is none of ${values.join(", ")}`;
        }
        values.splice(0, values.length, value);
      }
    } else {
      const first = random.below(COUNT);
      const count = Math.min(1 + random.below(140), COUNT - first);
      await disk.write(first * SECTOR, new Uint8Array(count * SECTOR).fill(step));
      for (let n = first; n < first + count; n++) may[n]!.push(step);
    }
  }
  return undefined;
}

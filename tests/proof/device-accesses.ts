// Random accesses to all devices of a PC (tests/system/fuzz): none ends in an internal error, keeps the host for long, or changes a byte
// of the emulator's own memory.

import { Random } from "../../testing/random.js";
import { Accesses } from "../system/fuzz/accesses.js";
import { fuzzBoard } from "../system/fuzz/board.js";
import { caseSeed, type Proof } from "./runner/proof.js";

const BATCH = 20_000;
/** Between two looks at the canaries, and turns of the event loop. */
const STRETCH = 500;
/** Milliseconds of CPU time for a stretch. */
const MOST_TIME = 5000;
/** Bytes that devices may keep for themselves. */
const MOST_MEMORY = 128 << 20;

export const proof: Proof = {
  name: "device-accesses",
  proves:
    "accesses to every port and register of a PC, PCI configuration, virtqueues and DMA with hostile contents end in no internal error, " +
    "leave the emulator's own memory as it was, and take neither time nor memory without bound",
  total: 20_000_000,
  batch: BATCH,
  sample: 8 * BATCH,
  async run(seed, first, count) {
    const random = new Random(caseSeed(seed, first / BATCH));
    const fuzz = await fuzzBoard();
    const accesses = new Accesses(fuzz, random);
    const held = process.memoryUsage().arrayBuffers;
    const failed = (what: string): string[] => [
      `accesses ${first} to ${first + count}, number ${accesses.count}: ${what}\n${accesses.trail.join("\n")}`,
    ];
    while (accesses.count < count) {
      const start = process.cpuUsage();
      try {
        for (const end = Math.min(count, accesses.count + STRETCH); accesses.count < end; ) accesses.step();
        await new Promise((resolve) => setImmediate(resolve));
      } catch (error) {
        return failed((error as Error).stack ?? String(error));
      }
      const differences = fuzz.space.differences();
      if (differences.length > 0) return failed(differences.join("; "));
      const { user, system } = process.cpuUsage(start);
      if ((user + system) / 1000 > MOST_TIME) return failed(`${STRETCH} accesses took ${(user + system) / 1000} ms`);
      const kept = process.memoryUsage().arrayBuffers - held;
      if (kept > MOST_MEMORY) return failed(`${kept} bytes are held`);
    }
    return [];
  },
};

// memtest86+ goes over all of RAM, in each of its ten tests, and finds no error.

import { Emulator } from "../../testing/emulator.js";
import { memtest } from "../system/bios/systems.js";
import type { Proof } from "./runner/proof.js";

const PASS = 3_600_000;
const SIZE = "128M";

export const proof: Proof = {
  name: "memtest",
  proves: `a whole pass of memtest86+ console=ttyS0 at -m ${SIZE} ends without an error`,
  total: 1,
  batch: 1,
  // A pass takes minutes.
  sample: 0,
  prepare: () => void memtest(),
  async run() {
    const emulator = Emulator.run([
      ...["-m", SIZE, "-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"],
      ...["-kernel", memtest(), "-append", "console=ttyS0"],
    ]);
    try {
      await emulator.waitFor("Pass:  1 ", PASS);
      const errors = [...emulator.out.matchAll(/Errors: (\d+)/g)].map(([, count]) => Number(count));
      return errors.length > 0 && errors.every((count) => count === 0) ? [] : [`errors: ${errors.at(-1)}`];
    } catch (error) {
      return [(error as Error).message];
    } finally {
      emulator.close();
    }
  },
};

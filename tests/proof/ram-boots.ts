// Linux boots to its prompt with each size of RAM, and has it.

import { Emulator } from "../../testing/emulator.js";
import { INITRD, KERNEL, PROMPT } from "../../testing/guest.js";
import setupGuest from "../../testing/setup-guest.js";
import { RAM_SIZES } from "../system/ram/sizes.js";
import type { Proof } from "./runner/proof.js";

const BOOT = 240_000;
/** The kernel's own part: tables of pages among it. */
const LEAST = 0.85;
const KERNEL_MIB = 64;

/** Largest first: a sample begins there. */
const SIZES = [...RAM_SIZES].reverse();

export const proof: Proof = {
  name: "ram-boots",
  proves: `Debian boots to a prompt at -m ${RAM_SIZES.join("M, ")}M, and finds its RAM`,
  total: SIZES.length,
  batch: 1,
  sample: 1,
  prepare: setupGuest,
  async run(_seed, first) {
    const size = SIZES[first]!;
    const emulator = Emulator.run([
      ...["-nographic", "-no-reboot", "-m", `${size}M`, "-kernel", KERNEL, "-initrd", INITRD],
      ...["-append", "console=ttyS0 quiet"],
    ]);
    try {
      await emulator.waitFor(PROMPT, BOOT);
      const found = Number(/MemTotal: +(\d+) kB/.exec(await emulator.shell("cat /proc/meminfo"))?.[1]) / 1024;
      emulator.type("poweroff -f\n");
      const { status, error } = await emulator.end(60_000);
      if (status === 0 && found > size * LEAST - KERNEL_MIB && found <= size) return [];
      return [`-m ${size}M: status ${status}, ${found} MiB; ${error}`];
    } catch (error) {
      return [`-m ${size}M: ${(error as Error).message}`];
    } finally {
      emulator.close();
    }
  },
};

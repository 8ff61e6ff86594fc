// A guest that writes to all of its RAM and then reads all of it finds what it wrote, with each size of RAM.

import { probe } from "../system/bios/probe.js";
import { MIB, RAM_SIZES } from "../system/ram/sizes.js";
import type { Proof } from "./runner/proof.js";

/** The guest leaves out 3 MiB and what the firmware's tables take. */
const LEFT_OUT = 4 * MIB;

export const proof: Proof = {
  name: "ram-fills",
  proves: `a guest at -m ${RAM_SIZES.join("M, ")}M that writes all of its RAM reads what it wrote`,
  total: RAM_SIZES.length,
  batch: 1,
  // The smallest: the others make the host give gigabytes.
  sample: 1,
  async run(_seed, first) {
    const size = RAM_SIZES[first]!;
    const { lines } = await probe("../ram/fill.asm", ["-m", `${size}M`], "", 600_000);
    const checked = Number.parseInt(lines[0]!, 16);
    if (checked > size * MIB - LEFT_OUT && checked <= size * MIB) return [];
    return [`-m ${size}M: ${lines.join(" ")}`];
  },
};

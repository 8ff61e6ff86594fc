// Bare-metal programs whose results are the same here and in qemu-system-riscv64's virt.

import { fileURLToPath } from "node:url";
import type { Image } from "./image.js";
import { interrupts } from "./interrupts.js";
import { paging } from "./paging.js";
import type { Probes } from "./probes.js";
import { protection } from "./protection.js";
import { registers } from "./registers.js";
import { rights } from "./rights.js";
import { timer } from "./timer.js";
import { traps } from "./traps.js";

export interface Program {
  readonly image: Image;
  /** -cpu, here and there. */
  readonly cpu: string;
  /** What QEMU's -cpu is given besides. */
  readonly theirs?: string;
}

const CPU = "rv64,h=off,v=off";

export const PROBES: Readonly<Record<string, Probes>> = { rights, paging, protection, interrupts, timer };

export const PROGRAMS: Readonly<Record<string, Program>> = {
  registers: { image: registers(), cpu: CPU },
  traps: { image: traps(), cpu: CPU },
  ...PROBES,
};

export const FILE = fileURLToPath(new URL("../qemu.json", import.meta.url));

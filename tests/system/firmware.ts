// Runs firmware images that report through the debug console.

import type { X86Cpu, X86CpuOptions } from "../../src/arch/x86/cpu.js";
import * as X from "../../src/arch/x86/layout.js";
import { bareCpu, poke } from "../../testing/x86/bare.js";

const CONSOLE_PORT = 0xe9;
const EXIT_PORT = 0x501;
const IMAGE_AT = 0xf0000;
const SLICE = 100_000;

export interface FirmwareResult {
  console: string;
  /** What was written to the exit port, or why the CPU stopped. */
  end: number | "shutdown" | "halt" | "budget";
}

/** Runs a 64 KiB image from its reset vector for at most `budget` instructions; with tier 1, blocks get hot after `hot` runs. */
export function runFirmware(
  image: Uint8Array,
  budget: number,
  options: Partial<X86CpuOptions> = {},
  hot?: number,
): FirmwareResult {
  let console = "";
  let exit: number | undefined;
  const cpu: X86Cpu = bareCpu(
    {
      portRead: (port) => (port === CONSOLE_PORT ? CONSOLE_PORT : 0xffffffff),
      portWrite: (port, _size, value) => {
        if (port === CONSOLE_PORT) console += String.fromCharCode(value & 0xff);
        if (port === EXIT_PORT) {
          exit = value;
          cpu.stop();
        }
      },
    },
    options,
  );
  if (hot !== undefined) cpu.engine.memory.setHot(hot);
  poke(cpu, IMAGE_AT, image);
  cpu.setSegment(X.CS, 0xf000, BigInt(IMAGE_AT), 0xffffn, 0x9b);
  cpu.update();
  for (let left = budget; left > 0; left -= SLICE) {
    const reason = cpu.run(SLICE);
    if (exit !== undefined) return { console, end: exit };
    if (reason === "shutdown" || reason === "halt") return { console, end: reason };
  }
  return { console, end: "budget" };
}

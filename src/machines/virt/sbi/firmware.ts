// The SBI that -bios default is: machine-mode code of our own, made when a machine is made. It is started like OpenSBI's fw_dynamic, so
// that it runs on QEMU's virt as well. docs/decisions/sbi-in-machine-mode.md says why it is guest code.

import { assemble } from "./assembler.js";
import { DATA, ENTRY } from "./entry.js";
import { EXTENSIONS } from "./extensions.js";
import { NUMBERS, SCRATCH, SCRATCH_SHIFT } from "./layout.js";
import { PMU } from "./pmu.js";
import { TRAP } from "./trap.js";

export interface SbiOptions {
  /** Where it is loaded: the beginning of RAM. */
  readonly address: number;
  readonly ramEnd: number;
  /** Where the supervisor begins when nobody says so. */
  readonly next: number;
  readonly harts: number;
  /** Registers of the board. */
  readonly uart: number;
  readonly finisher: number;
  /** Of hart 0; those of the others follow. */
  readonly msip: number;
  readonly mtimecmp: number;
}

/** What is to be at `address`: code, and behind it what each hart keeps. */
export function makeSbi({ address, ramEnd, next, harts, uart, finisher, msip, mtimecmp }: SbiOptions): Uint8Array {
  const source = [
    ENTRY,
    TRAP,
    EXTENSIONS,
    PMU,
    DATA,
    "  .align 256",
    "scratch:",
    scratch().repeat(harts),
    "firmware_end:",
  ];
  const board = {
    NEXT: next,
    RAM_END: ramEnd,
    HARTS: harts,
    UART: uart,
    FINISHER: finisher,
    MSIP: msip,
    MTIMECMP: mtimecmp,
  };
  return assemble(source.join("\n"), address, { ...NUMBERS, ...SCRATCH, SCRATCH_SHIFT, ...board }).bytes;
}

/** Of one hart, which is stopped. */
function scratch(): string {
  const state = SCRATCH.STATE!;
  return `  .space ${state}\n  .dword ${NUMBERS.STATE_STOPPED}\n  .space ${2 ** SCRATCH_SHIFT - state - 8}\n`;
}

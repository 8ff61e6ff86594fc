// A hart as boards of RISC-V see it, and the CPU that is one.

import { RiscvCpu } from "../../../arch/riscv/cpu.js";
import type { RiscvTranslation } from "../../../arch/riscv/guest.js";
import { RV_TIME } from "../../../arch/riscv/layout.js";
import { isSemihostingCall, semihostingCall } from "../../../arch/riscv/semihosting.js";
import type { IrqLine } from "../../../devices/interfaces.js";
import type { CpuParts } from "../../registry/model.js";
import type { SupervisorTimers } from "./supervisor-timers.js";

/** Interrupts of a hart, by their numbers in mip: software, timer and external, of the supervisor and of the machine. */
export const SSI = 1;
export const MSI = 3;
export const STI = 5;
export const MTI = 7;
export const SEI = 9;
export const MEI = 11;

export interface Hart {
  /** By its number in mip. */
  setInterrupt(number: number, level: boolean): void;
  /** Sets a bit of mip that software clears. */
  setPending(number: number): void;
  reset(): void;
  /** The counter of the timer is ahead of virtual time by so many ticks. */
  setTime(ahead: bigint): void;
}

/** What asserts an interrupt of a hart. */
export function hartLine(hart: Hart, number: number, wake: () => void): IrqLine {
  return {
    set(level) {
      hart.setInterrupt(number, level);
      if (level) wake();
    },
  };
}

/** The CPU of a board whose timers for supervisors are `timers`, which are there when it runs. */
export function createHart({ engine, translation, semihosting }: CpuParts, timers: () => SupervisorTimers): RiscvCpu {
  const { frontend, extensions, scheme } = translation as RiscvTranslation;
  const called = (pc: bigint): boolean => {
    if (!isSemihostingCall(cpu, pc, semihosting!.user)) return false;
    semihosting!.request(() => semihostingCall(cpu, pc));
    return true;
  };
  const hooks = { ...engine.hooks, timerSet: (at: bigint) => timers().set(0, at) };
  const cpu: RiscvCpu = new RiscvCpu({
    ...{ ...engine, frontend, extensions, scheme },
    hooks: { ...hooks, ...(semihosting ? { semihosting: called } : {}) },
  });
  return cpu;
}

/** What a device tree says of it. */
export function treeOf({ extensions, scheme }: RiscvCpu): {
  harts: number;
  extensions: readonly string[];
  mmu: string;
} {
  return { harts: 1, extensions, mmu: `riscv,${scheme ?? "none"}` };
}

export function hartOf(cpu: RiscvCpu): Hart {
  return {
    setInterrupt: (number, level) => cpu.setInterrupt(number, level),
    setPending: (number) => cpu.setPending(number),
    reset: () => cpu.reset(),
    setTime(ahead) {
      cpu.setField(RV_TIME, ahead);
      cpu.update();
    },
  };
}

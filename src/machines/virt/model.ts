// The machine `virt`, around a CPU of any guest.

import type { EngineCpu } from "../../machine/cpu.js";
import type { BootParts, CpuParts, MachineModel } from "../registry/model.js";
import { VirtBoard } from "./board.js";
import { virtRam } from "./memory.js";

/** What of the machine is its guest's. */
export interface VirtGuest<C extends EngineCpu> {
  /** The CPU; its line 0 is the interrupt controller's. */
  createCpu(parts: CpuParts): C;
  /** After each reset: brings what is to run to memory, and the CPU to its beginning. */
  start(parts: BootParts<C>): void;
  readonly cpuState?: MachineModel<C>["cpuState"];
}

const LINE = 0;

export function virt<C extends EngineCpu>(guest: VirtGuest<C>): MachineModel<C, VirtBoard> {
  return {
    ram: ({ ramSize }) => virtRam(ramSize),
    createCpu: (parts) => guest.createCpu(parts),
    ...(guest.cpuState ? { cpuState: guest.cpuState } : {}),
    createBoard: ({ wake, cpu, ...parts }) =>
      new VirtBoard({
        ...{ ...parts, cpu },
        interrupt: {
          set(level) {
            cpu.setInterrupt(LINE, level);
            if (level) wake();
          },
        },
      }),
    devices: ({ devices, drives }) => [
      ...devices.map((config) => ({ config, counted: true })),
      ...drives
        .filter((drive) => drive.interface === "virtio")
        .map(({ id }) => ({ config: { driver: "virtio-blk-device", properties: { drive: id } }, counted: true })),
    ],
    prepareBoot: async (parts) => ({ start: () => guest.start(parts) }),
  };
}

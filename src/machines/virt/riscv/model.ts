// The machine `virt` of RISC-V.

import type { RiscvCpu } from "../../../arch/riscv/cpu.js";
import { RiscvState } from "../../../arch/riscv/state.js";
import type { MachineConfig } from "../../../options/config.js";
import { ROM_BYTES } from "../../../tuning/engine.js";
import type { MachineModel } from "../../registry/model.js";
import { RiscvVirtBoard } from "./board.js";
import { prepareRiscvBoot } from "./boot.js";
import { flashDrives } from "./flash.js";
import { createHart, hartOf, treeOf } from "./hart.js";
import * as map from "./map.js";

export const RISCV_VIRT: MachineModel<RiscvCpu, RiscvVirtBoard> = {
  ram: ({ ramSize }) => [{ address: map.RAM_BASE, length: ramSize }],
  createCpu: (parts, board) => createHart(parts, () => board().supervisorTimers),
  cpuState: (cpu) => new RiscvState(cpu),
  romBytes: (config) => ROM_BYTES + flashDrives(config) * map.FLASH_SIZE,
  createBoard: ({ cpu, config, ...parts }) =>
    new RiscvVirtBoard({
      ...{ ...parts, ramSize: config.ramSize, aclint: config.machine.properties.aclint === true },
      harts: [hartOf(cpu)],
    }),
  devices: ({ devices, drives }: MachineConfig) => [
    ...devices.map((config) => ({ config, counted: true })),
    ...drives
      .filter((drive) => drive.interface === "virtio")
      .map(({ id }) => ({ config: { driver: "virtio-blk-pci", properties: { drive: id } }, counted: true })),
  ],
  prepareBoot: (parts) => prepareRiscvBoot(parts, treeOf(parts.cpu)),
};

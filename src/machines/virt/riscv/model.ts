// The machine `virt` of RISC-V.

import { RiscvCpu } from "../../../arch/riscv/cpu.js";
import type { RiscvTranslation } from "../../../arch/riscv/guest.js";
import { RV_TIME } from "../../../arch/riscv/layout.js";
import { RiscvState } from "../../../arch/riscv/state.js";
import type { MachineConfig } from "../../../options/config.js";
import { ROM_BYTES } from "../../../tuning/engine.js";
import type { MachineModel } from "../../registry/model.js";
import { RiscvVirtBoard } from "./board.js";
import { prepareRiscvBoot } from "./boot.js";
import { flashDrives } from "./flash.js";
import * as map from "./map.js";

/** The widest page tables that the CPU has. */
const MMU = "riscv,sv57";

export const RISCV_VIRT: MachineModel<RiscvCpu, RiscvVirtBoard> = {
  ram: ({ ramSize }) => [{ address: map.RAM_BASE, length: ramSize }],
  createCpu({ engine, translation }, board) {
    const { frontend, extensions } = translation as RiscvTranslation;
    const hooks = { ...engine.hooks, timerSet: (at: bigint) => board().supervisorTimers.set(0, at) };
    return new RiscvCpu({ ...engine, frontend, extensions, hooks });
  },
  cpuState: (cpu) => new RiscvState(cpu),
  romBytes: (config) => ROM_BYTES + flashDrives(config) * map.FLASH_SIZE,
  createBoard: ({ cpu, config, ...parts }) =>
    new RiscvVirtBoard({
      ...{ ...parts, ramSize: config.ramSize, aclint: config.machine.properties.aclint === true },
      harts: [
        {
          setInterrupt: (number, level) => cpu.setInterrupt(number, level),
          setPending: (number) => cpu.setPending(number),
          reset: () => cpu.reset(),
          setTime(ahead) {
            cpu.setField(RV_TIME, ahead);
            cpu.update();
          },
        },
      ],
    }),
  devices: ({ devices, drives }: MachineConfig) => [
    ...devices.map((config) => ({ config, counted: true })),
    ...drives
      .filter((drive) => drive.interface === "virtio")
      .map(({ id }) => ({ config: { driver: "virtio-blk-pci", properties: { drive: id } }, counted: true })),
  ],
  prepareBoot: (parts) => prepareRiscvBoot(parts, { harts: 1, extensions: parts.cpu.extensions, mmu: MMU }),
};

// The machine `spike`.

import type { RiscvCpu } from "../../arch/riscv/cpu.js";
import { RiscvState } from "../../arch/riscv/state.js";
import type { MachineModel } from "../registry/model.js";
import { createHart, hartOf, treeOf } from "../virt/riscv/hart.js";
import { SpikeBoard } from "./board.js";
import { prepareSpikeBoot } from "./boot.js";
import * as map from "./map.js";

export const SPIKE: MachineModel<RiscvCpu, SpikeBoard> = {
  ram: ({ ramSize }) => [{ address: map.RAM_BASE, length: ramSize }],
  createCpu: (parts, board) => createHart(parts, () => board().supervisorTimers),
  cpuState: (cpu) => new RiscvState(cpu),
  createBoard: ({ cpu, ...parts }) => new SpikeBoard({ ...parts, harts: [hartOf(cpu)] }),
  devices: ({ devices }) => devices.map((config) => ({ config, counted: true })),
  prepareBoot: (parts) => prepareSpikeBoot(parts, treeOf(parts.cpu)),
};

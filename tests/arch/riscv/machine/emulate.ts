// Runs a program of programs/ on `virt`; gives the words that it printed.

import { readFileSync } from "node:fs";
import { coreFile } from "../../../../src/arch/guest.js";
import { CPUS } from "../../../../src/arch/riscv/models.js";
import type { Engine, Tier1 } from "../../../../src/engine/engine.js";
import { TestHost } from "../../../../src/machine/testing.js";
import { createModelled } from "../../../../src/machines/create/create.js";
import { RISCV_VIRT } from "../../../../src/machines/virt/riscv/model.js";
import { machine as type } from "../../../../src/machines/virt/type.js";
import { defaultConfig, type MachineConfig } from "../../../../src/options/config.js";
import { applyCpu } from "../../../../src/options/cpu.js";
import type { Program } from "./programs/programs.js";

const module = new WebAssembly.Module(
  readFileSync(new URL(`../../../../dist/${coreFile("riscv64")}`, import.meta.url)),
);

export async function printed({ image, cpu }: Program, tier1?: (engine: Engine) => Tier1): Promise<string[]> {
  const config: MachineConfig = {
    ...defaultConfig(),
    guest: "riscv64",
    machine: { type: "virt", properties: {} },
    ramSize: 128 << 20,
    bios: "program",
    chardevs: [{ id: "console", kind: "stdio", mux: false, signal: false }],
    serial: ["console"],
    icount: { shift: 3, auto: false, sleep: false },
  };
  applyCpu(config, CPUS, "-cpu", cpu);
  const host = new TestHost(() => new Promise((resolve) => setImmediate(resolve)));
  host.files.set("program", image.bytes);
  const machine = await createModelled(type, RISCV_VIRT, config, host, { module, ...(tier1 ? { tier1 } : {}) });
  if (tier1) machine.cpu.engine.memory.setHot(1);
  await machine.start();
  return host.chardevs.get("console")!.text.trim().split("\n");
}

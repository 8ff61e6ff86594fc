// -kernel without firmware: the kernel, its initrd and the tables firmware would have left, written to RAM at every reset.

import type { EntropySource } from "../../devices/interfaces.js";
import type { MachineConfig } from "../../options/config.js";
import { applyInitialCpu } from "../boot/apply.js";
import type { BootMemory, BootModule } from "../boot/interfaces.js";
import { prepareKernel, splitModules, takesModules } from "../boot/kernel.js";
import type { EngineGuestMemory } from "../guest-memory.js";
import { MachineError, type MachineHost } from "../host.js";
import type { X86Cpu } from "../x86-cpu.js";
import type { PcBoard } from "./board.js";
import type { Boot } from "./boot.js";
import { firmwareTables } from "./tables.js";

export interface KernelParts {
  config: MachineConfig;
  host: MachineHost;
  memory: EngineGuestMemory;
  cpu: X86Cpu;
  entropy: EntropySource;
  /** core.wasm, compiled. */
  core: WebAssembly.Module;
}

/** Reads and checks kernel and initrd. Rejects with MachineError naming the file. */
export async function loadKernel(name: string, parts: KernelParts): Promise<Boot> {
  const { config, host, memory, cpu, entropy, core } = parts;
  const kernel = await readBootFile(host, "kernel", name);
  const modules = await readModules(config, host, kernel);
  const prepared = await prepareKernel({ kernelName: name, kernel, modules, commandLine: config.append, core });
  return {
    start(board) {
      board.setUpWithoutFirmware();
      const { smbios, acpi } = firmwareTables(board, config);
      const tables = [...smbios, ...(acpi?.tables ?? [])];
      const rsdp = acpi?.rsdp ?? 0;
      for (const { address, bytes } of tables) memory.write(address, bytes);
      applyInitialCpu(cpu, prepared.load({ memory: bootMemory(board, memory), tables, rsdp, entropy }));
    },
  };
}

async function readBootFile(host: MachineHost, what: string, name: string): Promise<Uint8Array> {
  const bytes = await host.readFile(name);
  if (!bytes) throw new MachineError(`could not open ${what} file '${name}': No such file or directory`);
  return bytes;
}

async function readModules(config: MachineConfig, host: MachineHost, kernel: Uint8Array): Promise<BootModule[]> {
  const { initrd } = config;
  if (initrd === undefined) return [];
  const files = takesModules(kernel) ? splitModules(initrd) : [{ file: initrd, name: initrd }];
  const modules: BootModule[] = [];
  for (const { file, name } of files) modules.push({ name, bytes: await readBootFile(host, "initrd", file) });
  return modules;
}

function bootMemory(board: PcBoard, memory: EngineGuestMemory): BootMemory {
  return {
    size: memory.size,
    low: board.ramLow,
    write(address, bytes) {
      if (!memory.write(address, bytes)) {
        throw new MachineError(`nothing can be loaded at 0x${address.toString(16)}: there is no RAM`);
      }
    },
  };
}

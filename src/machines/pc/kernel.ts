// -kernel without firmware: the kernel, its initrd and the tables firmware would have left, written to RAM at every reset.

import type { X86Cpu } from "../../arch/x86/cpu.js";
import { isElf } from "../../boot/elf.js";
import { unpackCalls } from "../../boot/unpack-module.js";
import type { EntropySource } from "../../devices/interfaces.js";
import type { EngineGuestMemory } from "../../machine/guest-memory.js";
import {
  type ArrivingFile,
  FILE_HEAD,
  type FileCheck,
  fileHere,
  MachineError,
  type MachineHost,
} from "../../machine/host.js";
import type { MachineConfig } from "../../options/config.js";
import { SLICE_MS } from "../../tuning/host.js";
import type { Boot, BootParts } from "../registry/model.js";
import { FACS_WAKING_VECTOR, isFacs } from "./acpi/tables.js";
import { Bios } from "./bios/bios.js";
import { setUpChipset } from "./bios/chipset.js";
import { biosCpu } from "./bios/cpu-view.js";
import type { PcBoard } from "./board.js";
import { applyInitialCpu } from "./boot/apply.js";
import { wakingCpu } from "./boot/cpu-state.js";
import type { BootMemory, BootModule, PreparedKernel } from "./boot/interfaces.js";
import { HEAD_BYTES, prepareKernel, splitModules, takesModules } from "./boot/kernel.js";
import { memoryMap } from "./boot/memory-map.js";
import { addFirmwareFiles } from "./firmware.js";
import { kernelItems } from "./kernel-items.js";
import { firmwareTables } from "./tables.js";

/** Tables lie right below. */
const LEAST_RAM = 1 << 20;

/** A kernel with all that a loader needs. */
export interface ConfiguredKernel {
  prepared: PreparedKernel;
  entropy: EntropySource;
}

/**
 * Reads and checks kernel and initrd. Rejects with MachineError naming the file.
 * @param bySetupCode firmware will have run: Linux begins with its setup code, which asks it
 */
export async function readKernel(
  name: string,
  parts: BootParts<X86Cpu>,
  bySetupCode: boolean,
): Promise<ConfiguredKernel> {
  const { config, host, memory, cpu, entropy } = parts;
  if (memory.size < LEAST_RAM) {
    throw new MachineError(`-m: a kernel takes ${LEAST_RAM >> 10} KiB of RAM or more, not ${memory.size >> 10}`);
  }
  const kernel = await openBootFile(host, name, memory.size);
  const modules = readModules(config, host, kernel, memory.size);
  // Told when they are wanted.
  modules.catch(() => {});
  const prepared = await prepareKernel({
    kernelName: name,
    kernel: kernel.bytes,
    arrived: (count) => kernel.arrived(count),
    modules,
    commandLine: config.append,
    bySetupCode,
    // Runs that repeat are easier to compare where addresses do too.
    randomBase: config.icount === undefined,
    pause: givingWay(host),
    ram: {
      async unpackCalls() {
        const bytes = await host.unpackModule?.();
        return bytes && unpackCalls(bytes, cpu.engine.memory.memory);
      },
      view: (address, length) => memory.view(address, length),
      dirty: (address, length) => memory.dirty(address, length),
    },
  });
  return { prepared, entropy };
}

/** A kernel that is started without firmware. */
export async function loadKernel(name: string, parts: BootParts<X86Cpu>): Promise<Boot<PcBoard>> {
  const { config, memory, cpu } = parts;
  const { prepared, entropy } = await readKernel(name, parts, false);
  let bios: Bios | undefined;
  const facs = (board: PcBoard): number =>
    firmwareTables(board, config).acpi?.tables.find(({ bytes }) => isFacs(bytes))?.address ?? 0;
  return {
    wakeUp(board) {
      setUpChipset(board);
      applyInitialCpu(cpu, wakingCpu(memory.readU32(facs(board) + FACS_WAKING_VECTOR)));
    },
    prepare: () => prepared.prepare?.(),
    start(board) {
      board.fwCfg.fillOnUse(() => addFirmwareFiles(board, config));
      const { smbios, acpi } = firmwareTables(board, config);
      const tables = [...smbios, ...(acpi?.tables ?? [])];
      const rsdp = acpi?.rsdp ?? 0;
      const ram = bootMemory(board, memory);
      bios ??= new Bios(board, biosCpu(cpu), memory);
      bios.setUp(memoryMap(ram, tables));
      for (const { address, bytes } of tables) memory.write(address, bytes);
      const placed = kernelItems(board.fwCfg);
      applyInitialCpu(cpu, prepared.load({ memory: ram, tables, rsdp, entropy, placed }));
    },
  };
}

/** Lets the host serve its events, where it has not for a while. */
function givingWay(host: MachineHost): () => Promise<void> {
  let last = host.monotonic();
  return async () => {
    if (host.monotonic() - last < SLICE_MS * 1e6) return;
    await host.scheduler.yield();
    last = host.monotonic();
  };
}

/** The kernel's file, where the host can before all of it is here. */
async function openBootFile(host: MachineHost, name: string, room: number): Promise<ArrivingFile> {
  if (!host.openFile) return fileHere(await readBootFile(host, "kernel", name, room, room));
  const file = (await host.openFile(name)) ?? missing("kernel", name, host);
  await file.arrived(FILE_HEAD);
  fitting("kernel", name, room, room)(file.bytes.length, file.bytes);
  return file;
}

async function readBootFile(
  host: MachineHost,
  what: string,
  name: string,
  room: number,
  ram: number,
): Promise<Uint8Array> {
  return (await host.readFile(name, fitting(what, name, room, ram))) ?? missing(what, name, host);
}

/** What RAM has no room for is refused before it is read. Of a kernel that is an ELF file only segments are loaded. */
function fitting(what: string, name: string, room: number, ram: number): FileCheck {
  return (size, head) => {
    if (size <= room || (what === "kernel" && isElf(head))) return;
    throw new MachineError(
      `${what} ${name} of ${size} bytes does not fit into the guest's ${ram / 1048576} MiB of RAM (-m has more)`,
    );
  };
}

function missing(what: string, name: string, host: MachineHost): never {
  const url = host.locate?.(name);
  const why = url === undefined ? "No such file or directory" : `there is no file at ${url}`;
  throw new MachineError(`could not open ${what} file '${name}': ${why}`, { code: "ERR_FILE", url });
}

async function readModules(
  config: MachineConfig,
  host: MachineHost,
  kernel: ArrivingFile,
  ram: number,
): Promise<BootModule[]> {
  const { initrd } = config;
  if (initrd === undefined) return [];
  await kernel.arrived(HEAD_BYTES);
  const files = takesModules(kernel.bytes) ? splitModules(initrd) : [{ file: initrd, name: initrd }];
  const modules: BootModule[] = [];
  let room = ram;
  for (const { file, name } of files) {
    const bytes = await readBootFile(host, "initrd", file, room, ram);
    modules.push({ name, bytes });
    room -= bytes.length;
  }
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

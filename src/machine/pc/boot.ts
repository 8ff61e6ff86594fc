// What a `pc` starts: a kernel put into memory directly, or firmware.

import type { EntropySource } from "../../devices/interfaces.js";
import type { MachineConfig } from "../../options/config.js";
import type { EngineGuestMemory } from "../guest-memory.js";
import { MachineError, type MachineHost } from "../host.js";
import type { X86Cpu } from "../x86-cpu.js";
import type { PcBoard } from "./board.js";
import { addFirmwareFiles } from "./firmware.js";
import { loadKernel } from "./kernel.js";

export interface Boot {
  /** ROM below 4 GiB. */
  firmware?: Uint8Array;
  /** After every reset of the devices: memory, tables and CPU for the first instruction. */
  start(board: PcBoard): void;
}

/** Firmware that QEMU's pc takes when none is named. */
const DEFAULT_FIRMWARE = "bios-256k.bin";
const FIRMWARE_MAX = 8 << 20;
const FIRMWARE_UNIT = 64 << 10;

/** Reads what is to be started. Rejects with MachineError naming the file that is missing or of no use. */
export async function prepareBoot(
  config: MachineConfig,
  host: MachineHost,
  memory: EngineGuestMemory,
  cpu: X86Cpu,
  entropy: EntropySource,
): Promise<Boot> {
  if (config.kernel !== undefined && config.bios === undefined) {
    return loadKernel(config.kernel, { config, host, memory, cpu, entropy });
  }
  const firmware = await readFirmware(config, host);
  return {
    firmware,
    start(board) {
      addFirmwareFiles(board, config);
    },
  };
}

async function readFirmware(config: MachineConfig, host: MachineHost): Promise<Uint8Array> {
  const name = config.bios ?? DEFAULT_FIRMWARE;
  const image = await findFile(config, host, name);
  if (!image) {
    if (config.bios !== undefined) throw new MachineError(`could not load PC BIOS '${name}': no such file`);
    throw new MachineError(
      `nothing to boot: give a kernel (-kernel FILE) or firmware (-bios FILE, or ${name} in a directory of -L)`,
    );
  }
  if (image.length === 0 || image.length > FIRMWARE_MAX || image.length % FIRMWARE_UNIT !== 0) {
    throw new MachineError(
      `could not load PC BIOS '${name}': ${image.length} bytes are no firmware image (a multiple of 64 KiB, 8 MiB at most)`,
    );
  }
  return image;
}

/** A file by its own name, or in the directories of -L. */
async function findFile(config: MachineConfig, host: MachineHost, name: string): Promise<Uint8Array | undefined> {
  const names = [...(config.bios === undefined ? [] : [name]), ...config.libraryPath.map((path) => join(path, name))];
  for (const candidate of names) {
    const bytes = await host.readFile(candidate);
    if (bytes) return bytes;
  }
  return undefined;
}

function join(path: string, name: string): string {
  return path === "" || path.endsWith("/") ? `${path}${name}` : `${path}/${name}`;
}

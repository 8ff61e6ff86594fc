// What a `pc` starts: a kernel put into memory directly, or firmware.

import type { X86Cpu } from "../../arch/x86/cpu.js";
import { MachineError, type MachineHost } from "../../machine/host.js";
import type { MachineConfig } from "../../options/config.js";
import { ROM_BYTES } from "../../tuning/engine.js";
import type { Boot, BootParts } from "../registry/model.js";
import type { PcBoard } from "./board.js";
import { addBootFiles, addFirmwareFiles } from "./firmware.js";
import { loadKernel, readKernel } from "./kernel.js";
import { offerKernel, ROM_PATH } from "./kernel-rom/kernel-rom.js";

/** Firmware that QEMU's pc takes when none is named. */
const DEFAULT_FIRMWARE = "bios-256k.bin";
const FIRMWARE_MAX = ROM_BYTES;
const FIRMWARE_UNIT = 64 << 10;
/** Bytes at the end of firmware that begin with its first instruction. */
const RESET_VECTOR = 16;

/** Reads what is to be started. Rejects with MachineError naming the file that is missing or of no use. */
export async function prepareBoot(parts: BootParts<X86Cpu>): Promise<Boot<PcBoard>> {
  const { config, host } = parts;
  if (config.kernel !== undefined && config.bios === undefined) return loadKernel(config.kernel, parts);
  const firmware = await readFirmware(config, host);
  const kernel = config.kernel === undefined ? undefined : await readKernel(config.kernel, parts, true);
  const { order, once = order } = config.boot;
  let next = once;
  return {
    install: (board) => board.memoryMap.setFirmware(firmware),
    start(board) {
      addFirmwareFiles(board, config);
      addBootFiles(board, next, kernel ? [ROM_PATH] : []);
      if (kernel) offerKernel(board, kernel);
      next = order;
    },
    // After a sleep firmware begins as ever, and sees in the CMOS what it is to do.
  };
}

async function readFirmware(config: MachineConfig, host: MachineHost): Promise<Uint8Array> {
  const name = config.bios ?? DEFAULT_FIRMWARE;
  if (config.bios === undefined && config.drives.length === 0 && config.libraryPath.length === 0) {
    throw new MachineError(
      "nothing to boot: give a kernel (-kernel FILE), a disk (-drive if=virtio,format=raw,file=FILE) or firmware (-bios FILE)",
    );
  }
  const image = await findFile(config, host, name);
  if (!image) {
    if (config.bios !== undefined) throw new MachineError(`could not load PC BIOS '${name}': no such file`);
    const packaged = host.firmwareFolders ? " (Debian and Ubuntu: apt-get install seabios)" : "";
    throw new MachineError(
      `booting from a disk takes firmware, and there is no ${name}: install SeaBIOS${packaged}, or name its file (-bios FILE) or its folder (-L FOLDER)`,
    );
  }
  const reset = image.subarray(-RESET_VECTOR);
  if (reset.every((byte) => byte === reset[0])) {
    throw new MachineError(
      `could not load PC BIOS '${name}': it is no PC firmware, its last ${RESET_VECTOR} bytes, where the CPU begins, are empty`,
    );
  }
  return image;
}

function checkSize(name: string, size: number): void {
  if (size !== 0 && size <= FIRMWARE_MAX && size % FIRMWARE_UNIT === 0) return;
  throw new MachineError(
    `could not load PC BIOS '${name}': ${size} bytes are no firmware image (a multiple of 64 KiB, ${FIRMWARE_MAX >> 20} MiB at most)`,
  );
}

/** A file by its own name, or in the directories of -L and the host's own. */
async function findFile(config: MachineConfig, host: MachineHost, name: string): Promise<Uint8Array | undefined> {
  const folders = [...config.libraryPath, ...(host.firmwareFolders ?? [])];
  const names = [...(config.bios === undefined ? [] : [name]), ...folders.map((path) => join(path, name))];
  for (const candidate of names) {
    const bytes = await host.readFile(candidate, (size) => checkSize(name, size));
    if (bytes) return bytes;
  }
  return undefined;
}

function join(path: string, name: string): string {
  return path === "" || path.endsWith("/") ? `${path}${name}` : `${path}/${name}`;
}

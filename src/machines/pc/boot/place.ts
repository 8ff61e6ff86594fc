// Placing things in RAM, with the complaints that go with it.

import { alignDown, hex } from "../../../boot/bytes.js";
import type { ElfSegment } from "../../../boot/elf.js";
import { MachineError } from "../../../machine/host.js";
import type { BootContext, BootModule } from "./interfaces.js";
import { endOfFreeRam } from "./memory-map.js";

const PAGE = 4096;
const ZEROS = 1 << 16;
const VGA_START = 0xa0000;
const VGA_END = 0xc0000;

/** Throws unless [address, end) is RAM that a kernel may use. */
export function checkFits(context: BootContext, name: string, address: number, end: number): void {
  const { memory, tables } = context;
  const free = endOfFreeRam(memory, tables);
  const inHole = address < VGA_END && end > VGA_START;
  if (end <= free && !inHole) return;
  const where = `${hex(address)}-${hex(end - 1)}`;
  if (inHole) throw new MachineError(`kernel ${name} wants memory at ${where}, where a PC has none`);
  throw new MachineError(
    `kernel ${name} needs memory at ${where}, which does not fit into the guest's ${mib(memory.size)} MiB of RAM`,
  );
}

/** Copies the segments and clears what follows them. Returns the first address after all of them. */
export function loadSegments(
  context: BootContext,
  name: string,
  file: Uint8Array,
  segments: readonly ElfSegment[],
): number {
  if (segments.length === 0) throw new MachineError(`kernel ${name} has no segment to load`);
  let top = 0;
  for (const { address, size } of segments) checkFits(context, name, address, address + size);
  // A file that has a meaning puts each to a place of its own; this also bounds the work.
  const whole = segments.reduce((sum, { size }) => sum + size, 0);
  if (whole > context.memory.size) {
    throw new MachineError(
      `kernel ${name} has ${segments.length} segments of ${mib(whole)} MiB in all, more than the guest's ` +
        `${mib(context.memory.size)} MiB of RAM`,
    );
  }
  for (const { offset, fileSize, address, size } of segments) {
    context.memory.write(address, file.subarray(offset, offset + fileSize));
    clear(context, address + fileSize, size - fileSize);
    top = Math.max(top, address + size);
  }
  return top;
}

/** Says what an ELF file's segments make in memory, where that is about as much as the file and not mostly holes. */
export function announceSegments(
  { placed }: BootContext,
  file: Uint8Array,
  segments: readonly ElfSegment[],
  entry: number,
): void {
  const start = Math.min(...segments.map((segment) => segment.address));
  const length = Math.max(...segments.map((segment) => segment.address + segment.fileSize)) - start;
  if (!placed || !(length <= 2 * file.length)) return;
  const bytes = new Uint8Array(length);
  for (const { address, offset, fileSize } of segments) {
    bytes.set(file.subarray(offset, offset + fileSize), address - start);
  }
  placed("kernel", start, bytes, entry);
}

/** Where an initrd goes: as high as it may be, on a page. `limit` is the last address it may occupy. */
export function initrdAddress({ memory, tables }: BootContext, initrd: BootModule, limit: number): number {
  const top = Math.min(endOfFreeRam(memory, tables), limit + 1);
  return alignDown(top - initrd.bytes.length, PAGE);
}

/** Places an initrd. `bottom` is the first address after the kernel. */
export function placeInitrd(context: BootContext, initrd: BootModule, bottom: number, limit: number): number {
  const { memory } = context;
  const address = initrdAddress(context, initrd, limit);
  if (address < bottom) {
    throw new MachineError(
      `initrd ${initrd.name} of ${initrd.bytes.length} bytes does not fit beside the kernel into the guest's ` +
        `${mib(memory.size)} MiB of RAM`,
    );
  }
  memory.write(address, initrd.bytes);
  context.placed?.("initrd", address, initrd.bytes);
  return address;
}

function clear({ memory }: BootContext, address: number, length: number): void {
  const zeros = new Uint8Array(Math.min(Math.max(length, 0), ZEROS));
  for (let at = 0; at < length; at += ZEROS)
    memory.write(address + at, zeros.subarray(0, Math.min(ZEROS, length - at)));
}

function mib(bytes: number): number {
  return Math.floor(bytes / 2 ** 20);
}

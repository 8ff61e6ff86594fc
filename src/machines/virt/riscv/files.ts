// Files of the command line that a board of RISC-V starts: read, measured, put into memory.

import type { FlattenOptions } from "../../../boot/fdt/flatten.js";
import type { TreeNode } from "../../../boot/fdt/tree.js";
import { unflatten } from "../../../boot/fdt/unflatten.js";
import type { EngineGuestMemory } from "../../../machine/guest-memory.js";
import { MachineError, type MachineHost } from "../../../machine/host.js";
import { type KernelFile, RISCV_KERNEL, readKernel } from "../boot/kernel-file.js";
import { type BootPlaces, describe, type KernelSize, placeBoot } from "../boot/place.js";

export async function readBytes(what: string, name: string, host: MachineHost): Promise<Uint8Array> {
  const bytes = await host.readFile(name);
  if (bytes) return bytes;
  const url = host.locate?.(name);
  const why = url === undefined ? "No such file or directory" : `there is no file at ${url}`;
  throw new MachineError(`could not open ${what} file '${name}': ${why}`, { code: "ERR_FILE", url });
}

export async function programOf(what: string, name: string, host: MachineHost, ramSize: number): Promise<KernelFile> {
  const bytes = await readBytes(what, name, host);
  return sentence(`${what} ${name} `, () => readKernel(bytes, RISCV_KERNEL, ramSize));
}

/** Of -dtb, read anew each time, because what is chosen is added. */
export function readTree(bytes: Uint8Array, name: string): { root: TreeNode; options: FlattenOptions } {
  try {
    const { root, ...options } = unflatten(bytes);
    return { root, options };
  } catch (error) {
    throw userError(`device tree ${name} `, error);
  }
}

export function entryOf(file: KernelFile, address: number): number {
  return file.form === "elf" ? file.elf.entry : address + file.entry;
}

export function sizeOf(kernel: KernelFile): KernelSize {
  if (kernel.form === "flat") return kernel;
  const { segments } = kernel.elf;
  const address = Math.min(...segments.map((segment) => segment.address));
  const end = Math.max(...segments.map((segment) => segment.address + segment.size));
  return { address, size: end - address };
}

/** The end of firmware, which begins with RAM unless it says otherwise. Throws MachineError where it is not all in RAM. */
export function inRam(what: string, name: string, file: KernelFile, ram: { address: number; length: number }): number {
  const size = sizeOf(file);
  const address = "address" in size ? size.address : ram.address;
  const end = address + size.size;
  const ramEnd = ram.address + ram.length;
  if (address >= ram.address && end <= ramEnd) return end;
  const [place, all] = [describe(address, end), describe(ram.address, ramEnd)];
  throw new MachineError(`${what} ${name} needs ${place}, and RAM is ${all} (-m says how much)`);
}

export function placed(sizes: Parameters<typeof placeBoot>[0]): BootPlaces {
  try {
    return placeBoot(sizes);
  } catch (error) {
    throw userError("", error);
  }
}

export function putFile(memory: EngineGuestMemory, kernel: KernelFile, address: number): void {
  if (kernel.form === "flat") {
    put(memory, address, kernel.bytes);
    return;
  }
  for (const { offset, fileSize, address: at, size } of kernel.elf.segments) {
    put(memory, at, kernel.bytes.subarray(offset, offset + fileSize));
    put(memory, at + fileSize, new Uint8Array(size - fileSize));
  }
}

export function put(memory: EngineGuestMemory, address: number, bytes: Uint8Array): void {
  if (!memory.write(address, bytes)) {
    throw new MachineError(`nothing can be loaded at 0x${address.toString(16)}: there is no RAM`);
  }
}

/** A RangeError is the rest of a sentence for the user that begins so. */
function userError(begin: string, error: unknown): unknown {
  return error instanceof RangeError ? new MachineError(`${begin}${error.message}`, { cause: error }) : error;
}

async function sentence<T>(begin: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw userError(begin, error);
  }
}

// Where kernel, initrd and device tree lie, as QEMU's virt of RISC-V has it: the kernel 2 MiB above the beginning of RAM, where the firmware
// is; the initrd half of RAM above that, at most 512 MiB; the device tree as high as RAM goes below 3 GiB.

import { alignDown, alignUp } from "../../../boot/bytes.js";

const PAGE = 4096;
const MIB = 1 << 20;
const KERNEL_ALIGN = 2 * MIB;
const INITRD_FAR = 512 * MIB;
const TREE_ALIGN = 2 * MIB;
const TREE_BELOW = 3072 * MIB;

export interface BootSizes {
  readonly ram: { readonly address: number; readonly length: number };
  /** The end of the firmware at the beginning of RAM; RAM's beginning without any. */
  readonly firmwareEnd: number;
  /** Absent: only firmware is started. */
  readonly kernel?: KernelSize | undefined;
  readonly initrd?: number | undefined;
  readonly tree: number;
}

export type KernelSize =
  /** Wants to be at an offset from RAM's beginning, or anywhere. */
  | { readonly offset: number | undefined; readonly size: number }
  /** Lies where its segments say. */
  | { readonly address: number; readonly size: number };

export interface BootPlaces {
  readonly kernel: number;
  readonly initrd: number;
  readonly tree: number;
}

/** Throws RangeError, one sentence, when RAM is too small. */
export function placeBoot({ ram, firmwareEnd, kernel, initrd = 0, tree }: BootSizes): BootPlaces {
  const end = ram.address + ram.length;
  const top = ram.address < TREE_BELOW ? Math.min(end, TREE_BELOW) : end;
  const treeAt = alignDown(top - tree, TREE_ALIGN);
  const kernelAt = kernel ? kernelPlace(kernel, ram.address, firmwareEnd) : alignUp(firmwareEnd, KERNEL_ALIGN);
  const kernelEnd = kernelAt + (kernel?.size ?? 0);
  if (kernel && (kernelAt < ram.address || kernelEnd > end)) {
    throw new RangeError(`-kernel needs ${describe(kernelAt, kernelEnd)}, and RAM is ${describe(ram.address, end)}`);
  }
  if (kernel && kernelAt < firmwareEnd) {
    throw new RangeError(
      `-kernel needs ${describe(kernelAt, kernelEnd)}, and the firmware is ${describe(ram.address, firmwareEnd)}`,
    );
  }
  const far = kernelAt + Math.min(ram.length / 2, INITRD_FAR);
  let initrdAt = Math.max(alignDown(far, PAGE), alignUp(kernelEnd, PAGE));
  // Where that is too high for a long one, it lies lower.
  if (initrdAt + initrd > treeAt) initrdAt = alignDown(treeAt - initrd, PAGE);
  if (initrdAt < kernelEnd || treeAt < kernelEnd) {
    const what = initrd > 0 ? `-initrd (${initrd} bytes) and the device tree do` : "the device tree does";
    throw new RangeError(
      `${what} not fit into RAM behind the kernel, whose end is ${hex(kernelEnd)} (-m says how much RAM)`,
    );
  }
  return { kernel: kernelAt, initrd: initrdAt, tree: treeAt };
}

function kernelPlace(kernel: KernelSize, ram: number, firmwareEnd: number): number {
  if ("address" in kernel) return kernel.address;
  const { offset } = kernel;
  // A kernel that says where it wants to be is moved up by whole steps when something is there.
  const least = ram + (offset ?? 0);
  return least >= firmwareEnd && offset !== undefined
    ? least
    : alignUp(firmwareEnd, KERNEL_ALIGN) + ((offset ?? 0) % KERNEL_ALIGN);
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** Addresses from `start` to before `end`. */
export function describe(start: number, end: number): string {
  return `${hex(start)}-${hex(end - 1)}`;
}

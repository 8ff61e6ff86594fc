// The memory map of `virt`: registers below, RAM from 2 GiB on.

import type { RamRange } from "../../engine/physical.js";

export const RAM_BASE = 0x8000_0000;
export const INTERRUPTS_BASE = 0x0c00_0000;
export const UART = { address: 0x1000_0000, size: 8, irq: 10 } as const;
/** Devices of -device, virtio or others: each has a place of this size and an interrupt of its own. */
export const SLOTS = { address: 0x1000_1000, size: 0x1000, count: 8, irq: 1 } as const;

export function virtRam(ramSize: number): RamRange[] {
  return [{ address: RAM_BASE, length: ramSize }];
}

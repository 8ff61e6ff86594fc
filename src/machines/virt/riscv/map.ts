// The memory map of RISC-V's `virt`, as QEMU has it: one row for each device says where it is, its interrupt, and its node in the device
// tree. The board maps its devices by these rows, and the tree is made of them.

import type { PropertyValue } from "../../../boot/fdt/tree.js";

export interface Place {
  /** Its node, without the address. */
  readonly node: string;
  readonly address: number;
  readonly size: number;
  /** Source of the interrupt controller. */
  readonly irq?: number;
  readonly compatible: string | readonly string[];
  /** What else the node says. */
  readonly properties?: Readonly<Record<string, PropertyValue>>;
}

const MIB = 1 << 20;

export const RAM_BASE = 0x8000_0000;
/** Where a hart begins. */
export const RESET_ROM = { address: 0x1000, size: 0xf000 } as const;

export const PLIC_SOURCES = 96;
export const PLIC_PRIORITY_BITS = 3;

export const TEST: Place = {
  node: "test",
  address: 0x10_0000,
  size: 0x1000,
  compatible: ["sifive,test1", "sifive,test0", "syscon"],
};
export const RTC: Place = { node: "rtc", address: 0x10_1000, size: 0x1000, irq: 11, compatible: "google,goldfish-rtc" };
/** The parts of an ACLINT, where it is not a CLINT: there is one for the supervisor besides. */
export const SSWI = 0x2f0_0000;
/** Software interrupts, then the timer. */
export const CLINT: Place = {
  node: "clint",
  address: 0x200_0000,
  size: 0x1_0000,
  compatible: ["sifive,clint0", "riscv,clint0"],
};
export const PLIC: Place = {
  node: "plic",
  address: 0xc00_0000,
  size: 0x60_0000,
  compatible: ["sifive,plic-1.0.0", "riscv,plic0"],
  properties: {
    "interrupt-controller": true,
    "#interrupt-cells": [1],
    "#address-cells": [0],
    "riscv,ndev": [PLIC_SOURCES],
  },
};
export const UART: Place = {
  node: "serial",
  address: 0x1000_0000,
  size: 0x100,
  irq: 10,
  compatible: "ns16550a",
  properties: { "clock-frequency": [3_686_400] },
};
/** Devices of -device with registers in memory: each has a place of its own. */
export const SLOTS: readonly Place[] = Array.from({ length: 8 }, (_, n) => ({
  node: "virtio_mmio",
  address: 0x1000_1000 + 0x1000 * n,
  size: 0x1000,
  irq: 1 + n,
  compatible: "virtio,mmio",
}));
/** Beside the others, not among them. */
export const FW_CFG: Place = {
  node: "fw-cfg",
  address: 0x1010_0000,
  size: 0x18,
  compatible: "qemu,fw-cfg-mmio",
  properties: { "dma-coherent": true },
};
/** Two, each of this size. */
export const FLASH_SIZE = 32 * MIB;
export const FLASH = { address: 0x2000_0000 } as const;
export const ECAM: Place = {
  node: "pci",
  address: 0x3000_0000,
  size: 256 * MIB,
  compatible: "pci-host-ecam-generic",
  properties: {
    "bus-range": [0, 255],
    "linux,pci-domain": [0],
    device_type: "pci",
    "dma-coherent": true,
    "#address-cells": [3],
    "#size-cells": [2],
    "#interrupt-cells": [1],
  },
};
/** Of the four lines of PCI, the first. */
export const PCI_IRQ = 32;
export const PCI_PORTS = { address: 0x300_0000, size: 0x1_0000 } as const;
export const PCI_MEMORY = { address: 0x4000_0000, size: 0x4000_0000 } as const;
/** For BARs of 64 bits: above RAM, at a multiple of its size. */
export const PCI_HIGH_SIZE = 0x4_0000_0000;

export function pciHigh(ramSize: number): number {
  return Math.ceil((RAM_BASE + ramSize) / PCI_HIGH_SIZE) * PCI_HIGH_SIZE;
}

/** In the node of the chips, in the order of the tree. */
export const CHIPS: readonly Place[] = [RTC, UART, TEST, ECAM, ...[...SLOTS].reverse(), PLIC];

// Starting a kernel without firmware. A kernel is prepared once (recognised, checked, unpacked) and then loaded at every
// reset: load() writes everything into RAM and says in which state the CPU begins. Addresses and sizes are exact numbers.

import type { UnpackRam } from "../../../boot/room.js";
import type { EntropySource } from "../../../devices/interfaces.js";

/** Guest RAM as the loaders see it. */
export interface BootMemory {
  /** Bytes of RAM in all. */
  readonly size: number;
  /** Bytes of RAM from address 0 up to the PCI hole; the rest begins at 4 GiB. */
  readonly low: number;
  write(address: number, bytes: Uint8Array): void;
}

/** Types of the firmware's memory map (ACPI 6.5, 15.1). */
export const E820_RAM = 1;
export const E820_RESERVED = 2;
export const E820_ACPI = 3;
export const E820_NVS = 4;

export interface MemoryRange {
  address: number;
  length: number;
  type: number;
}

/** Something firmware would have left in memory: ACPI tables, SMBIOS. */
export interface FirmwareTable {
  address: number;
  bytes: Uint8Array;
  /** How the memory map describes the pages it lies in. */
  type: typeof E820_RESERVED | typeof E820_ACPI | typeof E820_NVS;
}

/** What -initrd gives: one file for Linux, any number for multiboot kernels. */
export interface BootModule {
  /** File name and what follows it up to the comma. */
  name: string;
  bytes: Uint8Array;
}

export interface BootInputs {
  /** Name of the kernel file; multiboot kernels see it before their command line, messages name it. */
  kernelName: string;
  kernel: Uint8Array;
  modules: readonly BootModule[];
  commandLine: string;
  /** Guest RAM before the machine is started: Linux is unpacked there. */
  ram: UnpackRam;
  /** Called now and then by what takes long, to let others work. */
  pause?: () => Promise<void>;
  /** Unpack a compressed Linux kernel here instead of in the guest. Default true. */
  unpack?: boolean;
  /** Begin Linux with its setup code in real mode, which asks the BIOS. Default: only where its header names no other way. */
  bySetupCode?: boolean;
  /** Put a Linux kernel that is built for it at a random place unless its command line says otherwise. Default false. */
  randomBase?: boolean;
}

/** The same while the files are being loaded. */
export interface ArrivingInputs extends Omit<BootInputs, "modules"> {
  /** Resolves to how many bytes of `kernel`, which has its whole size, are there: `count` or more, or all. */
  arrived(count: number): Promise<number>;
  modules: Promise<readonly BootModule[]>;
}

/** What a loader puts into memory that firmware's loaders get as items of fw_cfg. */
export type PlacedPart = "kernel" | "setup" | "initrd" | "command line";

export interface BootContext {
  memory: BootMemory;
  tables: readonly FirmwareTable[];
  /** Address of the ACPI RSDP, 0: there is none. */
  rsdp: number;
  /** For the kernel's random number generator. */
  entropy: EntropySource;
  /** Told where each part goes; `entry` is that of an ELF or multiboot kernel. */
  placed?(part: PlacedPart, address: number, bytes: Uint8Array, entry?: number): void;
}

export interface PreparedKernel {
  /** bzimage: Linux by its boot protocol; vmlinux: the same, unpacked here; setup: begun with its real-mode code. */
  readonly format: "bzimage" | "vmlinux" | "setup" | "pvh" | "multiboot";
  /** Before load(): what takes long. Undefined when all is ready; without it load() finds another way where it can. */
  prepare?(): Promise<void> | undefined;
  /** Writes kernel, modules and boot structures. Throws MachineError when RAM is too small. */
  load(context: BootContext): InitialCpu;
}

/** A segment register with its hidden part. */
export interface InitialSegment {
  selector: number;
  base: number;
  /** In bytes, expanded. */
  limit: number;
  /** Bits 8 to 23 of the descriptor's second word. */
  attributes: number;
}

export type SegmentName = "es" | "cs" | "ss" | "ds" | "fs" | "gs" | "ldtr" | "tr";
export type RegisterName = "rax" | "rcx" | "rdx" | "rbx" | "rsp" | "rbp" | "rsi" | "rdi";

/** State of CPU 0 at its first instruction; what is not named here is as after reset, general registers are 0. */
export interface InitialCpu {
  /** long: 64-bit code with paging; protected: 32-bit code without; real: 16-bit code. */
  mode: "long" | "protected" | "real";
  rip: number;
  registers: Partial<Record<RegisterName, number>>;
  cr0: number;
  cr3: number;
  cr4: number;
  efer: number;
  gdt: { base: number; limit: number };
  idt: { base: number; limit: number };
  segments: Record<SegmentName, InitialSegment>;
}

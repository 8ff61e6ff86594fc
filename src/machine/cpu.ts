// What the machine asks of the engine that executes guest code, and what the engine asks of the machine while it does.
// Addresses are exact JS numbers; 64-bit values that must be exact (registers) are BigInts, on paths that are not hot.

import type { GuestMemory } from "../devices/interfaces.js";

/** Why run() came back. */
export type CpuExit =
  /** The budget is used up. */
  | "budget"
  /** The CPU waits for an interrupt and none can be taken. */
  | "halt"
  /** stop() was called, or nothing was done because of it. */
  | "stop"
  /** Triple fault. */
  | "shutdown";

export interface Cpu {
  /** Executes about `budget` instructions, exactly so many in exact mode (-icount). */
  run(budget: number): CpuExit;
  /** Makes a running or the next run() return after the instruction that is being executed. */
  stop(): void;
  /** Instructions executed (and skipped by `skip`) since power-on; exact inside hooks and between runs. */
  readonly instructions: number;
  /** Counts instructions that were not executed: idle time under -icount. */
  skip(instructions: number): void;
  readonly halted: boolean;
  /** The line from the interrupt controllers; the vector is asked for with CpuHooks.acknowledge. */
  setInterruptLine(level: boolean): void;
  nmi(): void;
  /** INIT, before the next instruction: as reset, but x87 and SSE state, MSRs and caches keep their values. */
  init(): void;
  /** Start at vector * 4096 after INIT. */
  sipi(vector: number): void;
  /** Power-on state. */
  reset(): void;
  /** The A20 gate: false makes address bit 20 read as 0. */
  setA20(enabled: boolean): void;
}

/** Called by the engine in the middle of an instruction. Sizes are 1, 2 or 4; values unsigned. */
export interface CpuHooks {
  mmioRead(address: number, size: number): number;
  mmioWrite(address: number, size: number, value: number): void;
  portRead(port: number, size: number): number;
  portWrite(port: number, size: number, value: number): void;
  /** Virtual time in nanoseconds. */
  now(): number;
  /** Takes an interrupt: its vector, or -1 when there is none any more. */
  acknowledge(): number;
  /** 32 random bits (RDRAND, RDSEED). */
  random(): number;
}

/** A range of guest-physical addresses that is not plain RAM. Whole pages of 4 KiB. */
export interface PhysicalRange {
  address: number;
  length: number;
  /** mmio: accesses come to the hooks; rom: reads see `bytes` of addRom, writes are dropped; ram: RAM that may not be written. */
  kind: "mmio" | "rom" | "read-only-ram";
  /** rom: what addRom returned, and where in it the range begins. */
  rom?: number;
  romOffset?: number;
}

/** Guest memory with what only the machine may do to it. */
export interface MachineMemory extends GuestMemory {
  /** Keeps a copy of `bytes` where the engine can map it; returns its number for PhysicalRange.rom. */
  addRom(bytes: Uint8Array): number;
  /** Replaces the map. Ranges do not overlap; what no range covers is RAM where RAM is and mmio elsewhere. */
  setRanges(ranges: readonly PhysicalRange[]): void;
}

// What the machine asks of the engine that executes guest code, and what the engine asks of the machine while it does.
// Addresses are exact JS numbers; 64-bit values that must be exact (registers) are BigInts, on paths that are not hot.

import type { GuestMemory } from "../devices/interfaces.js";
import type { HostImports } from "../engine/core.js";
import type { Engine } from "../engine/engine.js";
import type { Vcpu } from "../engine/vcpu.js";

/** Why run() came back. */
export type CpuExit =
  /** The budget is used up. */
  | "budget"
  /** The CPU waits for an interrupt and none can be taken. */
  | "halt"
  /** stop() was called, or nothing was done because of it. */
  | "stop"
  /** The CPU gave up, or there is no memory where it runs. */
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
  /** A line from the interrupt controllers, by its number (Arch.interruptLines). */
  setInterrupt(line: number, level: boolean): void;
  /** Power-on state. */
  reset(): void;
}

/** The first CPU of an engine. */
export interface EngineCpu extends Cpu {
  readonly engine: Engine;
  readonly vcpu: Vcpu;
  /** Since the last reset it ran where there is no memory. */
  readonly strayed: boolean;
}

/** Called by the engine in the middle of an instruction. Sizes are 1, 2 or 4; values unsigned. */
export interface CpuHooks {
  mmioRead(address: number, size: number): number;
  mmioWrite(address: number, size: number, value: number): void;
  /** Whether there was nobody to answer the last of these. Left out: there always is. */
  unanswered?(): boolean;
  /** Virtual time in nanoseconds. */
  now(): number;
  /** 32 random bits. */
  random(): number;
}

/** What core calls, by the hooks. */
export function hostImports(
  hooks: CpuHooks,
  onLog?: (kind: number, a: number, b: number, c: number) => void,
): HostImports {
  return {
    mmioRead: (lo, hi, size) => hooks.mmioRead((hi >>> 0) * 4294967296 + (lo >>> 0), size),
    mmioWrite: (lo, hi, size, value) => hooks.mmioWrite((hi >>> 0) * 4294967296 + (lo >>> 0), size, value >>> 0),
    mmioUnanswered: () => (hooks.unanswered?.() ? 1 : 0),
    now: () => hooks.now(),
    random: () => hooks.random(),
    log: (kind, a, b, c) => onLog?.(kind, a, b, c),
  };
}

/** A range of guest-physical addresses that is not plain RAM. Whole pages of 4 KiB. */
export interface PhysicalRange {
  address: number;
  length: number;
  /** mmio: accesses come to the hooks; rom: reads see `bytes` of addRom, writes are dropped; rom-device: writes come to
   *  the hooks; read-only-ram: RAM that may not be written; watched-ram: RAM whose writes come to the hooks. */
  kind: "mmio" | "rom" | "rom-device" | "read-only-ram" | "watched-ram";
  /** rom: what addRom returned, and where in it the range begins. */
  rom?: number;
  romOffset?: number;
}

/** Guest memory with what only the machine may do to it. */
export interface MachineMemory extends GuestMemory {
  /** Keeps a copy of `bytes` where the engine can map it; returns its number for PhysicalRange.rom. */
  addRom(bytes: Uint8Array): number;
  /** That copy, where the guest sees it: for what the guest cannot write and the machine can. */
  romBytes(rom: number, length: number): Uint8Array;
  /** RAM where the guest sees it, though a range makes it read-only or watched; undefined where there is none. Does not cross a page. */
  ramBytes(address: number, length: number): Uint8Array | undefined;
  /** Replaces the map. Ranges do not overlap; what no range covers is RAM where RAM is and mmio elsewhere. */
  setRanges(ranges: readonly PhysicalRange[]): void;
}

// What the monitor can see and do. The machine behind it is any that implements this.

import type { Topic } from "../devices/interfaces.js";
import type { NetworkTarget } from "./network.js";

export interface MonitorDisk {
  readonly format: string;
  /** Absent where the image keeps its size. */
  resize?(size: number): Promise<void>;
}

export interface MonitorTarget {
  readonly version: string;
  /** -name. */
  readonly name: string;
  /** "running", or "paused" with the reason in parentheses. */
  status(): string;
  stop(): void;
  cont(): void;
  reset(): void;
  powerDown(): void;
  /** False: the guest does not sleep. */
  wakeUp(): boolean;
  /** False: the machine has no such button. */
  nmi(): boolean;
  quit(): void;
  /** Reads of guest-physical memory, RAM and ROM; undefined where there is none. */
  readPhysical(address: number, length: number): Uint8Array | undefined;
  /** Guest-physical address of a virtual one, undefined where nothing is mapped. */
  translate(address: bigint): number | undefined;
  /** Value of a register by its name in expressions (without `$`), undefined for a name it does not know. */
  register(name: string): bigint | undefined;
  /** One instruction as text, or undefined when the bytes do not suffice. */
  disassemble(code: Uint8Array, address: bigint): { length: number; text: string } | undefined;
  /** Width of addresses in what the CPU runs now. */
  addressBits(): 16 | 32 | 64;
  /** Replaces the items of -d; a message when one is unknown. */
  setLog(items: string): string | undefined;
  /** Of -drive, by their ids. */
  readonly disks: ReadonlyMap<string, MonitorDisk>;
  readonly network: NetworkTarget;
  /** Of `info`, by their names. */
  readonly topics: readonly Topic[];
}

// What a device sees of the world, and nothing more. A device knows no bus address, no host, no CPU. Numbers of 32 bits
// are unsigned JS numbers; wider ones (sizes, nanoseconds, guest-physical addresses) are exact JS numbers below 2^53.

import type { Stateful } from "./state.js";

export type { DeviceState, Stateful, StateValue } from "./state.js";

/** A range of ports or of memory-mapped registers. `offset` is from the start of the range; `size` is 1, 2 or 4
 *  (the bus splits 8-byte accesses into two of 4, low half first). Values are unsigned. */
export interface IoRegion {
  read(offset: number, size: number): number;
  write(offset: number, size: number, value: number): void;
}

/** An interrupt line into whatever it is wired to. */
export interface IrqLine {
  set(level: boolean): void;
}

/** Message-signalled interrupts: a write of `data` to the guest-physical `address`. */
export interface MsiSink {
  send(address: number, data: number): void;
}

/** Guest-physical memory for DMA: RAM, and ROM for reading. Other addresses: reads give zeros, writes are dropped and return false. */
export interface GuestMemory {
  /** Bytes of RAM. */
  readonly size: number;
  /** A view for reading, or undefined unless all of [address, address+length) is memory. Not to be kept across events. */
  view(address: number, length: number): Uint8Array | undefined;
  /** Copies into RAM; translated code there is dropped. False (nothing written) unless the whole range is RAM. */
  write(address: number, bytes: Uint8Array): boolean;
  /** A view for writing, when a back end fills guest memory without a copy; `dirty` must be called after filling. */
  writable(address: number, length: number): Uint8Array | undefined;
  dirty(address: number, length: number): void;
  readU16(address: number): number;
  readU32(address: number): number;
  /** Exact to 2^53; larger values lose their low bits, so check readU32 of the high half first where that matters. */
  readU64(address: number): number;
  writeU8(address: number, value: number): boolean;
  writeU16(address: number, value: number): boolean;
  writeU32(address: number, value: number): boolean;
}

/** Virtual time in nanoseconds since the machine was started; stands still while the machine is paused. */
export interface Clock {
  now(): number;
  /** A timer on this clock, not armed. */
  timer(callback: () => void): Timer;
}

export interface Timer {
  /** Fires once at virtual time `at` (nanoseconds); re-arming replaces the earlier time. */
  arm(at: number): void;
  cancel(): void;
  readonly armed: boolean;
}

/** Wall-clock time for real-time clocks, milliseconds since 1970-01-01 UTC (-rtc applies). */
export interface WallClock {
  now(): number;
}

/** What a monitor shows of a part of the machine: `info NAME`. Parts with one name show what they have one after the other. */
export interface Topic {
  readonly name: string;
  readonly help: string;
  /** Lines end with "\n". */
  text(): string;
}

/** Work of a device that goes on while the guest does. */
export interface InFlight {
  /** Resolves when nothing is in flight that is to be kept (writes, flushes), so that power-off loses none. */
  idle(): Promise<void>;
  /** Resolves when nothing at all is in flight, so that the device can be saved. */
  quiet(): Promise<void>;
  /** Why it cannot be saved though nothing is in flight: the rest of a sentence. */
  readonly unsaved: string | undefined;
  /** The machine goes on after a stop: what was held back by one is tried again. */
  resumed(): void;
}

export interface Device extends Stateful {
  /** Name as QEMU's `info qtree` has it. */
  readonly name: string;
  /** Power-on or system reset. */
  reset(): void;
  /** What it has in flight, where that takes time. */
  readonly inFlight?: InFlight;
  /** What the monitor shows of it by names of its own. */
  readonly topics?: readonly Topic[];
  /** The bus that it has for others. */
  readonly offers?: DeviceBus | undefined;
}

/** A bus of a device. What is plugged into it is reset, saved and loaded by that device. */
export interface DeviceBus {
  /** As the types of its devices have it. */
  readonly type: string;
  /** As `info qtree` has it. */
  readonly kind: string;
  /** Of a device with an id: how -device bus= calls it. */
  readonly name: string | undefined;
  /** Throws Error when there is no place. */
  plug(device: Device): void;
}

/** The other end of a serial line or console. */
export interface CharBackend {
  /** Guest to host. */
  write(bytes: Uint8Array): void;
  /** Host to guest: the device sets this; returns how many bytes were taken (the rest is offered again after `drained`). */
  receive?: (bytes: Uint8Array) => number;
  /** The device has room again. */
  drained?: () => void;
  /** Host to guest: a break condition on the line; the device sets this. */
  breakReceived?: () => void;
  /** The guest opens or closes its end, where it can say so. */
  opened?(open: boolean): void;
  /** Of the terminal that it is, where that is known; `resized` is called when it has changed, and set by a device. */
  readonly size?: TerminalSize | undefined;
  resized?: () => void;
}

export interface TerminalSize {
  columns: number;
  rows: number;
}

/** Random bytes from the host (or a seeded generator under -icount). */
export interface EntropySource {
  fill(bytes: Uint8Array): void;
}

/** Where diagnostics go: `-d guest_errors`, `-d unimp`. */
export interface DeviceLog {
  guestError(message: string): void;
  unimplemented(message: string): void;
}

/** What the guest asks of the machine as a whole. */
export interface MachineControl {
  reset(): void;
  powerOff(): void;
  /** Sleep with RAM kept until something wakes the machine (suspend to RAM). */
  suspend(): void;
  /** Leave with this exit status (isa-debug-exit). */
  exit(status: number): void;
}

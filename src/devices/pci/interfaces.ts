// What PCI functions need of the machine. Addresses in config space and BARs are guest-physical or port numbers.

import type { DeviceLog, IoRegion, MsiSink } from "../interfaces.js";

export type BarKind = "mem" | "io";

export interface Mapping {
  unmap(): void;
}

/** Puts BARs into the machine's memory and port maps. */
export interface BarMapper {
  /** `address` and `size` in bytes (ports for "io"). Throws Error when the range overlaps something it may not. */
  map(kind: BarKind, address: number, size: number, region: IoRegion): Mapping;
}

/** What a bus gives to the functions on it. */
export interface PciHost {
  readonly mapper: BarMapper;
  readonly msi: MsiSink | undefined;
  /** A BAR may be at address 0. */
  readonly placesAtZero: boolean;
  readonly log: DeviceLog;
  /** The level of a function's INTx pin (1 to 4: INTA to INTD); called on changes only. */
  setIntx(slot: number, pin: number, level: boolean): void;
}

/** Shadow RAM control of a host bridge (PAM registers): who answers reads and writes between C0000h and FFFFFh. */
export interface ShadowControl {
  /** RAM answers where true, ROM or the PCI bus where false. */
  setShadow(address: number, size: number, readRam: boolean, writeRam: boolean): void;
}

// A PCI bus: 32 slots of 8 functions, configuration cycles, and the four interrupt lines the slots' pins are wired to.

import type { Device, DeviceLog, DeviceState, IrqLine, MsiSink } from "../interfaces.js";
import { type StateReader, versioned } from "../state.js";
import type { PciFunction } from "./function.js";
import type { BarMapper, PciHost } from "./interfaces.js";

const SLOTS = 32;
const FUNCTIONS = 8;

export interface PciBusOptions {
  readonly mapper: BarMapper;
  readonly msi: MsiSink;
  /** PIRQA to PIRQD. */
  readonly pirqs: readonly IrqLine[];
  readonly log: DeviceLog;
}

/** The PIRQ (0 to 3) that pin 1 to 4 of a slot is wired to on the i440FX board: slot 1 INTA is PIRQA, and so on round. */
export function pirqOf(slot: number, pin: number): number {
  return (slot + pin + 2) & 3;
}

export class PciBus implements Device, PciHost {
  readonly name = "pci.0";
  readonly stateVersion = 1;
  readonly mapper: BarMapper;
  readonly msi: MsiSink;
  readonly log: DeviceLog;
  private readonly pirqs: readonly IrqLine[];
  private readonly slots: (PciFunction | undefined)[] = new Array(SLOTS * FUNCTIONS).fill(undefined);
  /** How many functions assert each PIRQ. */
  private readonly asserted = [0, 0, 0, 0];

  constructor(options: PciBusOptions) {
    this.mapper = options.mapper;
    this.msi = options.msi;
    this.log = options.log;
    this.pirqs = options.pirqs;
  }

  /** Plugs a function in, into the first slot free from 2 on unless told; answers the slot. Throws when it is taken. */
  add(device: PciFunction, slot = this.freeSlot(), func = 0): number {
    if (!Number.isInteger(slot) || slot < 0 || slot >= SLOTS || func < 0 || func >= FUNCTIONS) {
      throw new Error(`PCI: no slot ${slot} function ${func} on this bus`);
    }
    const taken = this.slots[slot * FUNCTIONS + func];
    if (taken !== undefined) {
      throw new Error(`PCI: slot ${slot} function ${func} not available for ${device.name}, in use by ${taken.name}`);
    }
    this.slots[slot * FUNCTIONS + func] = device;
    device.attach(this, slot, func);
    return slot;
  }

  at(slot: number, func: number): PciFunction | undefined {
    return this.slots[slot * FUNCTIONS + func];
  }

  /** In order of slot and function. */
  functions(): PciFunction[] {
    return this.slots.filter((device) => device !== undefined);
  }

  /** Configuration read; all ones where nothing answers. `bus` other than 0 does not exist. */
  readConfig(bus: number, slot: number, func: number, offset: number, size: number): number {
    const device = bus === 0 && offset + size <= 256 ? this.at(slot, func) : undefined;
    return device?.readConfig(offset, size) ?? 2 ** (8 * size) - 1;
  }

  writeConfig(bus: number, slot: number, func: number, offset: number, size: number, value: number): void {
    if (bus === 0 && offset + size <= 256) this.at(slot, func)?.writeConfig(offset, size, value);
  }

  setIntx(slot: number, pin: number, level: boolean): void {
    const pirq = pirqOf(slot, pin);
    const before = this.asserted[pirq]!;
    const after = before + (level ? 1 : -1);
    this.asserted[pirq] = after;
    if (before > 0 !== after > 0) this.pirqs[pirq]?.set(after > 0);
  }

  reset(): void {
    for (const device of this.functions()) device.reset();
  }

  save(): DeviceState {
    return Object.fromEntries(this.functions().map((device) => [device.address, versioned(device)]));
  }

  load(reader: StateReader): void {
    const functions = this.functions();
    for (const address of reader.names) {
      if (!functions.some((device) => device.address === address)) reader.fail(address, "a function of this machine");
    }
    // The bridge knows the levels; functions say theirs again when they settle.
    this.asserted.fill(0);
    for (const device of functions) reader.load(device.address, device);
  }

  settle(): void {
    for (const device of this.functions()) device.settle();
  }

  /** The first slot free from `first` on. Throws when there is none. */
  freeSlot(first = 2): number {
    for (let slot = first; slot < SLOTS; slot++) {
      if (this.at(slot, 0) === undefined) return slot;
    }
    throw new Error("PCI: no slot/function available, all 32 slots are taken");
  }
}

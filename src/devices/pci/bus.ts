// A PCI bus: 32 slots of 8 functions, configuration cycles, and the four interrupt lines the slots' pins are wired to. What differs
// between boards (the wiring, the size of configuration space, where cards begin) its host bridge says.

import type { Device, DeviceLog, DeviceState, IrqLine, MsiSink } from "../interfaces.js";
import { type StateReader, versioned } from "../state.js";
import { infoPci } from "./describe.js";
import type { PciFunction } from "./function.js";
import type { BarMapper, PciHost } from "./interfaces.js";
import { CONFIG_SIZE } from "./registers.js";

const SLOTS = 32;
const FUNCTIONS = 8;
const LINES = 4;

export interface PciBusOptions {
  readonly mapper: BarMapper;
  /** Absent: the board has no message-signalled interrupts. */
  readonly msi?: MsiSink;
  /** The four lines for interrupt pins. */
  readonly lines: readonly IrqLine[];
  /** The line (0 to 3) that pin 1 to 4 of a slot is wired to; that of bridgeLine unless told. */
  readonly lineOf?: (slot: number, pin: number) => number;
  readonly log: DeviceLog;
  /** Bytes of configuration space that each function has: 256, or 4096 with PCI Express. */
  readonly configSize?: number;
  /** The first slot for cards; those below are the board's own. */
  readonly firstSlot?: number;
  /** Address 0 is one like others, not the mark of a BAR that has no place. */
  readonly placesAtZero?: boolean;
}

/** As behind a bridge: pin A of slot 0 is line 0, and so on round. PCI-to-PCI Bridge Architecture Specification 1.2, table 9-1. */
export function bridgeLine(slot: number, pin: number): number {
  return (slot + pin - 1) & 3;
}

export class PciBus implements Device, PciHost {
  readonly name = "pci.0";
  readonly stateVersion = 1;
  readonly topics = [{ name: "pci", help: "show PCI info", text: () => infoPci(this.functions()) }];
  readonly mapper: BarMapper;
  readonly msi: MsiSink | undefined;
  readonly log: DeviceLog;
  readonly placesAtZero: boolean;
  /** The line that a pin of a slot is wired to. */
  readonly lineOf: (slot: number, pin: number) => number;
  private readonly lines: readonly IrqLine[];
  private readonly configSize: number;
  private readonly firstSlot: number;
  private readonly slots: (PciFunction | undefined)[] = new Array(SLOTS * FUNCTIONS).fill(undefined);
  /** How many functions assert each line. */
  private readonly asserted: number[] = new Array(LINES).fill(0);

  constructor(options: PciBusOptions) {
    this.mapper = options.mapper;
    this.msi = options.msi;
    this.log = options.log;
    this.lines = options.lines;
    this.lineOf = options.lineOf ?? bridgeLine;
    this.configSize = options.configSize ?? CONFIG_SIZE;
    this.firstSlot = options.firstSlot ?? 1;
    this.placesAtZero = options.placesAtZero ?? false;
  }

  /** Plugs a function in, into the first slot that is free for cards unless told; answers the slot. Throws when it is taken. */
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
    const device = bus === 0 && offset + size <= this.configSize ? this.at(slot, func) : undefined;
    if (!device) return 2 ** (8 * size) - 1;
    // The extended part has capabilities of PCI Express; zeros say that there are none.
    return offset + size <= CONFIG_SIZE ? device.readConfig(offset, size) : 0;
  }

  writeConfig(bus: number, slot: number, func: number, offset: number, size: number, value: number): void {
    if (bus === 0 && offset + size <= CONFIG_SIZE) this.at(slot, func)?.writeConfig(offset, size, value);
  }

  setIntx(slot: number, pin: number, level: boolean): void {
    const line = this.lineOf(slot, pin);
    const before = this.asserted[line]!;
    const after = before + (level ? 1 : -1);
    this.asserted[line] = after;
    if (before > 0 !== after > 0) this.lines[line]?.set(after > 0);
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
    // BARs may lie where those of another function were before.
    for (const device of this.functions()) device.unmapAll();
    for (const device of this.functions()) device.settle();
  }

  /** The first slot that is free, from the first for cards on unless told. Throws when there is none. */
  freeSlot(first = this.firstSlot): number {
    for (let slot = first; slot < SLOTS; slot++) {
      if (this.at(slot, 0) === undefined) return slot;
    }
    throw new Error("PCI: no slot/function available, all 32 slots are taken");
  }
}

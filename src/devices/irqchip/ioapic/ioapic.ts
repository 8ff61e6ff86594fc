// The I/O APIC (Intel 82093AA, with the EOI register of later ones: version 0x20, as QEMU's `ioapic`). 24 input pins, each
// turned into a message for the local APICs. Pins are active high whatever the polarity bit says: wiring inverts nothing.

import type { Device, DeviceState, IoRegion, IrqLine, MsiSink } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import { ioapicText, PIC } from "../describe.js";

const PINS = 24;
const ALL_PINS = 2 ** PINS - 1;
const VERSION = 0x20;

/** Offsets of the three registers in the 4 KiB page. */
const SELECT = 0x00;
const WINDOW = 0x10;
const EOI = 0x40;

/** Low half of a redirection entry. */
const VECTOR = 0xff;
const MODE_SHIFT = 8;
const LOGICAL = 1 << 11;
const REMOTE_IRR = 1 << 14;
const LEVEL = 1 << 15;
const MASKED = 1 << 16;
const WRITABLE = 0x1afff;
const EXTINT = 7;

export class Ioapic implements Device, IoRegion {
  readonly name = "ioapic";
  readonly stateVersion = 1;
  readonly topics = [{ ...PIC, text: () => ioapicText(this.save()) }];
  private readonly low = new Uint32Array(PINS);
  private readonly high = new Uint32Array(PINS);
  /** Pin levels, one bit each. */
  private levels = 0;
  /** Requests not yet sent, one bit each. For level pins this follows the level. */
  private irr = 0;
  private select = 0;
  private id = 0;

  /** Messages go to `sink`; `extInt` gives the 8259s' vector for pins in ExtINT mode. EOIs come through `eoi`. */
  constructor(
    private readonly sink: MsiSink,
    private readonly extInt?: { acknowledge(): number },
  ) {
    this.reset();
  }

  reset(): void {
    this.low.fill(MASKED);
    this.high.fill(0);
    this.irr = 0;
    this.select = 0;
    this.id = 0;
  }

  /** Input pin 0 to 23. On a PC, ISA interrupts arrive on the pin of their number, but IRQ 0 on pin 2. */
  pin(index: number): IrqLine {
    return { set: (level) => this.setPin(index, level) };
  }

  /** A local APIC ended a level-triggered interrupt. */
  eoi(vector: number): void {
    for (let pin = 0; pin < PINS; pin++) {
      const entry = this.low[pin]!;
      if ((entry & VECTOR) !== vector || !(entry & REMOTE_IRR) || !(entry & LEVEL)) continue;
      this.low[pin] = entry & ~REMOTE_IRR;
      this.service(pin);
    }
  }

  read(offset: number, size: number): number {
    if (size !== 4) return 0;
    if (offset === SELECT) return this.select;
    return offset === WINDOW ? this.readRegister() : 0;
  }

  write(offset: number, size: number, value: number): void {
    if (offset === SELECT) this.select = value & 0xff;
    else if (size !== 4) return;
    else if (offset === WINDOW) this.writeRegister(value);
    else if (offset === EOI) this.eoi(value & 0xff);
  }

  private readRegister(): number {
    switch (this.select) {
      case 0:
      case 2:
        return this.id << 24;
      case 1:
        return VERSION | ((PINS - 1) << 16);
    }
    const pin = (this.select - 0x10) >> 1;
    if (pin < 0 || pin >= PINS) return 0;
    return this.select & 1 ? this.high[pin]! : this.low[pin]!;
  }

  private writeRegister(value: number): void {
    if (this.select === 0) this.id = (value >>> 24) & 0xf;
    const pin = (this.select - 0x10) >> 1;
    if (pin < 0 || pin >= PINS) return;
    if (this.select & 1) {
      this.high[pin] = value & 0xff000000;
      return;
    }
    let entry = (value & WRITABLE) | (this.low[pin]! & REMOTE_IRR);
    // An edge-triggered pin has no remote IRR; systems toggle the mode to clear a stuck one.
    if (!(entry & LEVEL)) entry &= ~REMOTE_IRR;
    this.low[pin] = entry;
    this.service(pin);
  }

  private setPin(pin: number, level: boolean): void {
    const bit = 1 << pin;
    const rose = level && !(this.levels & bit);
    this.levels = level ? this.levels | bit : this.levels & ~bit;
    const entry = this.low[pin]!;
    if (entry & LEVEL) {
      if (level) this.service(pin);
    } else if (rose && !(entry & MASKED)) {
      // The 82093AA ignores edges on a masked pin.
      this.irr |= bit;
      this.service(pin);
    }
  }

  /** Sends the message of a pin that asks for it. */
  private service(pin: number): void {
    const bit = 1 << pin;
    const entry = this.low[pin]!;
    if (entry & MASKED) return;
    if (entry & LEVEL) {
      if (!(this.levels & bit) || entry & REMOTE_IRR) return;
      this.low[pin] = entry | REMOTE_IRR;
    } else {
      if (!(this.irr & bit)) return;
      this.irr &= ~bit;
    }
    let mode = (entry >> MODE_SHIFT) & 7;
    let vector = entry & VECTOR;
    if (mode === EXTINT) {
      if (!this.extInt) return;
      vector = this.extInt.acknowledge();
      mode = 0;
    }
    const destination = this.high[pin]! >>> 24;
    const address = 0xfee00000 + (destination << 12) + (entry & LOGICAL ? 4 : 0);
    this.sink.send(address, vector | (mode << 8) | (entry & LEVEL ? 0xc000 : 0x4000));
  }

  save(): DeviceState {
    return {
      low: [...this.low],
      high: [...this.high],
      levels: this.levels,
      irr: this.irr,
      select: this.select,
      id: this.id,
    };
  }

  load(reader: StateReader): void {
    this.low.set(reader.uints("low", PINS));
    this.high.set(reader.uints("high", PINS));
    this.levels = reader.uint("levels", ALL_PINS);
    this.irr = reader.uint("irr", ALL_PINS);
    this.select = reader.uint("select", 0xff);
    this.id = reader.uint("id", 15);
  }
}

// One 8259A (Intel 8259A data sheet; behaviour in the corners as QEMU's `isa-i8259`).

import type { DeviceState } from "../../interfaces.js";
import type { StateReader } from "../../state.js";

/** Initialisation: which ICW the data port expects next. */
const READY = 0;
const ICW2 = 1;
const ICW3 = 2;
const ICW4 = 3;

const ICW1 = 0x10;
const OCW3 = 0x08;

export class Pic8259Chip {
  /** Edge/level control: 1 is level. */
  elcr = 0;
  private irr = 0;
  private isr = 0;
  private imr = 0;
  /** Line levels as last seen, for edges. */
  private lines = 0;
  private lowest = 0;
  private base = 0;
  private readIsr = false;
  private poll = false;
  private specialMask = false;
  private init = READY;
  private needIcw4 = false;
  private single = false;
  private levelMode = false;
  private autoEoi = false;
  private rotateOnAutoEoi = false;
  private fullyNested = false;

  /** `output` is told the level of INT after every change; `cascade` is the mask of inputs that are another chip. */
  constructor(
    private readonly output: (level: boolean) => void,
    private readonly cascade: number,
  ) {}

  reset(): void {
    this.elcr = 0;
    this.irr = 0;
    this.initialise();
  }

  /** What ICW1 does (data sheet, "Initialization command words"): all but level-triggered requests are forgotten. */
  private initialise(): void {
    // The slave goes on driving its line.
    this.lines &= this.cascade;
    this.irr &= this.followed;
    this.isr = 0;
    this.imr = 0;
    this.lowest = 0;
    this.base = 0;
    this.readIsr = false;
    this.poll = false;
    this.specialMask = false;
    this.init = READY;
    this.needIcw4 = false;
    this.single = false;
    this.levelMode = false;
    this.autoEoi = false;
    this.rotateOnAutoEoi = false;
    this.fullyNested = false;
    this.update();
  }

  /** Inputs whose request follows the line. The cascade is one: a slave withdraws its request when it has none left. */
  private get followed(): number {
    return this.levelMode ? 0xff : this.elcr | this.cascade;
  }

  setLine(input: number, level: boolean): void {
    const bit = 1 << input;
    if (this.followed & bit) this.irr = level ? this.irr | bit : this.irr & ~bit;
    else if (level && !(this.lines & bit)) this.irr |= bit;
    this.lines = level ? this.lines | bit : this.lines & ~bit;
    this.update();
  }

  /** The input to be served next, -1 if none. */
  pending(): number {
    const request = this.rank(this.irr & ~this.imr);
    if (request === 8) return -1;
    let serving = this.isr;
    if (this.specialMask) serving &= ~this.imr;
    // Special fully nested mode: a further request from the slave passes its own in-service bit.
    if (this.fullyNested) serving &= ~this.cascade;
    return request < this.rank(serving) ? (request + this.lowest) & 7 : -1;
  }

  /** INTA for an input: from request to in service. */
  accept(input: number): void {
    const bit = 1 << input;
    if (!this.autoEoi) this.isr |= bit;
    else if (this.rotateOnAutoEoi) this.lowest = (input + 1) & 7;
    if (!(this.followed & bit)) this.irr &= ~bit;
    this.update();
  }

  vector(input: number): number {
    return this.base + input;
  }

  read(offset: number): number {
    if (this.poll) {
      this.poll = false;
      const input = this.pending();
      if (input < 0) return 0;
      this.accept(input);
      return input | 0x80;
    }
    if (offset === 1) return this.imr;
    return this.readIsr ? this.isr : this.irr;
  }

  write(offset: number, value: number): void {
    if (offset === 1) this.writeData(value);
    else if (value & ICW1) {
      this.initialise();
      this.init = ICW2;
      this.needIcw4 = (value & 1) !== 0;
      this.single = (value & 2) !== 0;
      this.levelMode = (value & 8) !== 0;
    } else if (value & OCW3) {
      if (value & 4) this.poll = true;
      if (value & 2) this.readIsr = (value & 1) !== 0;
      if (value & 0x40) this.specialMask = (value & 0x20) !== 0;
      this.update();
    } else this.writeOcw2(value);
  }

  private writeData(value: number): void {
    switch (this.init) {
      case READY:
        this.imr = value;
        this.update();
        break;
      case ICW2:
        this.base = value & 0xf8;
        this.init = this.single ? (this.needIcw4 ? ICW4 : READY) : ICW3;
        break;
      case ICW3:
        this.init = this.needIcw4 ? ICW4 : READY;
        break;
      case ICW4:
        this.fullyNested = (value & 0x10) !== 0;
        this.autoEoi = (value & 2) !== 0;
        this.init = READY;
        this.update();
        break;
    }
  }

  /** End of interrupt and rotation; bits 7 to 5 are R, SL, EOI. */
  private writeOcw2(value: number): void {
    const level = value & 7;
    switch (value >> 5) {
      case 0:
      case 4:
        this.rotateOnAutoEoi = (value & 0x80) !== 0;
        return;
      case 1:
      case 5: {
        const rank = this.rank(this.isr);
        if (rank === 8) return;
        this.endOf((rank + this.lowest) & 7, (value & 0x80) !== 0);
        return;
      }
      case 3:
        this.endOf(level, false);
        return;
      case 6:
        this.lowest = (level + 1) & 7;
        this.update();
        return;
      case 7:
        this.endOf(level, true);
        return;
    }
  }

  private endOf(input: number, rotate: boolean): void {
    this.isr &= ~(1 << input);
    if (rotate) this.lowest = (input + 1) & 7;
    this.update();
  }

  /** Distance of the most urgent set bit from the input of highest priority; 8 for none. */
  private rank(mask: number): number {
    if (mask === 0) return 8;
    let rank = 0;
    while (!(mask & (1 << ((rank + this.lowest) & 7)))) rank++;
    return rank;
  }

  private update(): void {
    this.output(this.pending() >= 0);
  }

  save(): DeviceState {
    return {
      elcr: this.elcr,
      irr: this.irr,
      isr: this.isr,
      imr: this.imr,
      lines: this.lines,
      lowest: this.lowest,
      base: this.base,
      readIsr: this.readIsr,
      poll: this.poll,
      specialMask: this.specialMask,
      init: this.init,
      needIcw4: this.needIcw4,
      single: this.single,
      levelMode: this.levelMode,
      autoEoi: this.autoEoi,
      rotateOnAutoEoi: this.rotateOnAutoEoi,
      fullyNested: this.fullyNested,
    };
  }

  load(state: StateReader): void {
    this.elcr = state.uint("elcr", 0xff);
    this.irr = state.uint("irr", 0xff);
    this.isr = state.uint("isr", 0xff);
    this.imr = state.uint("imr", 0xff);
    this.lines = state.uint("lines", 0xff);
    this.lowest = state.uint("lowest", 7);
    this.base = state.uint("base", 0xf8);
    this.readIsr = state.bool("readIsr");
    this.poll = state.bool("poll");
    this.specialMask = state.bool("specialMask");
    this.init = state.uint("init", 3);
    this.needIcw4 = state.bool("needIcw4");
    this.single = state.bool("single");
    this.levelMode = state.bool("levelMode");
    this.autoEoi = state.bool("autoEoi");
    this.rotateOnAutoEoi = state.bool("rotateOnAutoEoi");
    this.fullyNested = state.bool("fullyNested");
  }

  settle(): void {
    this.update();
  }
}

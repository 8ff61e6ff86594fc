// The keyboard controller with keyboard and mouse, as QEMU's `i8042`. After reset it is as firmware leaves it: self-tested,
// keyboard enabled with translation, so that systems booted without firmware find what they expect.

import type { Device, DeviceLog, DeviceState, IoRegion, IrqLine, MachineControl } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import { Ps2Keyboard } from "./keyboard.js";
import { Ps2Mouse } from "./mouse.js";
import * as r from "./registers.js";
import { translate } from "./scancodes.js";

export interface I8042Options {
  /** IRQ 1. */
  keyboardIrq: IrqLine;
  /** IRQ 12. */
  auxIrq: IrqLine;
  machine: MachineControl;
  /** The A20 gate: true lets address bit 20 through. */
  a20: IrqLine;
  log?: DeviceLog;
}

export class I8042 implements Device {
  readonly name = "i8042";
  readonly stateVersion = 2;
  /** Port 0x60. */
  readonly data: IoRegion = {
    read: () => this.readData(),
    write: (_offset, _size, value) => this.writeData(value & 0xff),
  };
  /** Port 0x64. */
  readonly command: IoRegion = {
    read: () => this.status,
    write: (_offset, _size, value) => this.writeCommand(value & 0xff),
  };
  readonly keyboard = new Ps2Keyboard(() => this.refill());
  readonly mouse = new Ps2Mouse(() => this.refill());

  private status = 0;
  /** Controller RAM; byte 0 is the command byte. */
  private readonly ram = new Uint8Array(32);
  private outputPort = 0;
  private buffer = 0;
  /** Answers of the controller itself, waiting: they go before the devices'. */
  private answers: { value: number; aux: boolean }[] = [];
  /** Command whose data byte comes next, 0 for none. */
  private pending = 0;
  /** The next byte of the keyboard is of a released key. */
  private released = false;

  constructor(private readonly options: I8042Options) {
    this.reset();
  }

  reset(): void {
    this.keyboard.reset();
    this.mouse.reset();
    this.status = r.STATUS_UNLOCKED | r.STATUS_SYSTEM | r.STATUS_COMMAND;
    this.ram.fill(0);
    this.ram[0] = r.MODE_TRANSLATE | r.MODE_SYSTEM | r.MODE_KEYBOARD_IRQ;
    this.outputPort = 0xcc | r.OUT_NOT_RESET | r.OUT_A20;
    this.options.a20.set(true);
    this.buffer = 0;
    this.answers = [];
    this.pending = 0;
    this.released = false;
    this.updateIrqs();
  }

  /** A key goes down or up: `code` is the set 1 make code, 0xe0xx for extended keys, 0xe11d for Pause. */
  key(code: number, down: boolean): boolean {
    return this.keyboard.key(code, down);
  }

  private get mode(): number {
    return this.ram[0]!;
  }

  private readData(): number {
    if (this.status & r.STATUS_OUTPUT_FULL) {
      this.status &= ~(r.STATUS_OUTPUT_FULL | r.STATUS_AUX);
      // The lines drop before the next byte raises them: each byte is an edge.
      this.updateIrqs();
      const value = this.buffer;
      this.refill();
      return value;
    }
    return this.buffer;
  }

  private writeData(value: number): void {
    const command = this.pending;
    this.pending = 0;
    this.status &= ~r.STATUS_COMMAND;
    if (command >= r.CMD_WRITE_RAM && command < r.CMD_WRITE_RAM + 32) {
      this.ram[command - r.CMD_WRITE_RAM] = value;
      this.status = (this.status & ~r.STATUS_SYSTEM) | (this.mode & r.MODE_SYSTEM);
      this.updateIrqs();
      this.refill();
      return;
    }
    switch (command) {
      case 0:
        // A byte for the keyboard opens its line again.
        this.ram[0] = this.mode & ~r.MODE_KEYBOARD_OFF;
        this.updateIrqs();
        this.keyboard.write(value);
        break;
      case r.CMD_WRITE_AUX:
        this.ram[0] = this.mode & ~r.MODE_AUX_OFF;
        this.mouse.write(value);
        break;
      case r.CMD_WRITE_KEYBOARD_BUFFER:
        this.answer(value);
        break;
      case r.CMD_WRITE_AUX_BUFFER:
        this.answer(value, true);
        break;
      case r.CMD_WRITE_OUTPUT:
        this.writeOutput(value);
        break;
    }
  }

  private writeCommand(value: number): void {
    this.status |= r.STATUS_COMMAND;
    this.pending = 0;
    if (value >= r.CMD_READ_RAM && value < r.CMD_READ_RAM + 32) {
      this.answer(this.ram[value - r.CMD_READ_RAM]!);
      return;
    }
    if (value >= r.CMD_WRITE_RAM && value < r.CMD_WRITE_RAM + 32) {
      this.pending = value;
      return;
    }
    if (value >= r.CMD_PULSE) {
      // Bits that are 0 are pulsed low; bit 0 is the CPU's reset.
      if (!(value & r.OUT_NOT_RESET)) this.options.machine.reset();
      return;
    }
    switch (value) {
      case r.CMD_AUX_OFF:
        this.ram[0] = this.mode | r.MODE_AUX_OFF;
        break;
      case r.CMD_AUX_ON:
        this.ram[0] = this.mode & ~r.MODE_AUX_OFF;
        this.refill();
        break;
      case r.CMD_AUX_TEST:
      case r.CMD_KEYBOARD_TEST:
        this.answer(0x00);
        break;
      case r.CMD_SELF_TEST:
        this.status |= r.STATUS_SYSTEM;
        this.answer(0x55);
        break;
      case r.CMD_KEYBOARD_OFF:
        this.ram[0] = this.mode | r.MODE_KEYBOARD_OFF;
        this.updateIrqs();
        break;
      case r.CMD_KEYBOARD_ON:
        this.ram[0] = this.mode & ~r.MODE_KEYBOARD_OFF;
        this.updateIrqs();
        this.refill();
        break;
      case r.CMD_READ_INPUT:
        this.answer(0x80);
        break;
      case r.CMD_READ_OUTPUT:
        this.answer(this.outputValue());
        break;
      case r.CMD_WRITE_OUTPUT:
      case r.CMD_WRITE_KEYBOARD_BUFFER:
      case r.CMD_WRITE_AUX_BUFFER:
      case r.CMD_WRITE_AUX:
        this.pending = value;
        break;
      case r.CMD_A20_OFF:
        this.writeOutput(this.outputPort & ~r.OUT_A20);
        break;
      case r.CMD_A20_ON:
        this.writeOutput(this.outputPort | r.OUT_A20);
        break;
      default:
        this.options.log?.guestError(`i8042: unknown command 0x${value.toString(16)}`);
    }
  }

  private outputValue(): number {
    const full = (this.status & r.STATUS_OUTPUT_FULL) !== 0;
    const source = this.status & r.STATUS_AUX ? r.OUT_AUX_FULL : r.OUT_KEYBOARD_FULL;
    return (this.outputPort & ~(r.OUT_AUX_FULL | r.OUT_KEYBOARD_FULL)) | (full ? source : 0);
  }

  private writeOutput(value: number): void {
    this.outputPort = value;
    this.options.a20.set((value & r.OUT_A20) !== 0);
    if (!(value & r.OUT_NOT_RESET)) this.options.machine.reset();
  }

  private answer(value: number, aux = false): void {
    this.answers.push({ value, aux });
    if (this.answers.length > 16) this.answers.shift();
    this.refill();
  }

  /** Moves the next byte into the output buffer when that is empty. */
  private refill(): void {
    while (!(this.status & r.STATUS_OUTPUT_FULL)) {
      const answer = this.answers.shift();
      if (answer) {
        this.fill(answer.value, answer.aux);
      } else if (!(this.mode & r.MODE_KEYBOARD_OFF) && !this.keyboard.output.empty) {
        this.fillFromKeyboard(this.keyboard.output.take());
      } else if (!(this.mode & r.MODE_AUX_OFF) && !this.mouse.output.empty) {
        this.fill(this.mouse.output.take(), true);
      } else {
        return;
      }
    }
  }

  private fillFromKeyboard(byte: number): void {
    if (!(this.mode & r.MODE_TRANSLATE)) {
      this.fill(byte, false);
    } else if (byte === 0xf0) {
      this.released = true;
    } else {
      this.fill(translate(byte) | (this.released ? 0x80 : 0), false);
      this.released = false;
    }
  }

  private fill(value: number, aux: boolean): void {
    this.buffer = value;
    this.status |= r.STATUS_OUTPUT_FULL | (aux ? r.STATUS_AUX : 0);
    this.updateIrqs();
  }

  private updateIrqs(): void {
    const full = (this.status & r.STATUS_OUTPUT_FULL) !== 0;
    const aux = (this.status & r.STATUS_AUX) !== 0;
    const keyboardMode = this.mode & (r.MODE_KEYBOARD_IRQ | r.MODE_KEYBOARD_OFF);
    this.options.keyboardIrq.set(full && !aux && keyboardMode === r.MODE_KEYBOARD_IRQ);
    this.options.auxIrq.set(full && aux && (this.mode & r.MODE_AUX_IRQ) !== 0);
  }

  save(): DeviceState {
    return {
      status: this.status,
      ram: this.ram.slice(),
      outputPort: this.outputPort,
      buffer: this.buffer,
      answers: this.answers.map((answer) => answer.value | (answer.aux ? 0x100 : 0)),
      pending: this.pending,
      released: this.released,
      keyboard: this.keyboard.save(),
      mouse: this.mouse.save(),
    };
  }

  load(reader: StateReader): void {
    this.status = reader.uint("status", 0xff);
    this.ram.set(reader.bytes("ram", 32));
    this.outputPort = reader.uint("outputPort", 0xff);
    this.buffer = reader.uint("buffer", 0xff);
    this.answers = reader
      .uintsUpTo("answers", 16, 0x1ff)
      .map((answer) => ({ value: answer & 0xff, aux: answer > 0xff }));
    this.pending = reader.uint("pending", 0xff);
    this.released = reader.bool("released");
    this.keyboard.load(reader.part("keyboard"));
    this.mouse.load(reader.part("mouse"));
  }

  /** The A20 gate is the board's: the last of its drivers has set it. */
  settle(): void {
    this.updateIrqs();
  }
}

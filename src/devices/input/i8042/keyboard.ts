// A PS/2 keyboard (PS/2 Technical Reference, "Keyboards (101- and 102-key)"), with or without the controller's translation
// behind it: it speaks set 2 unless told otherwise.

import type { DeviceState } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import { Ps2Queue } from "./ps2.js";
import * as r from "./registers.js";
import { keyBytes } from "./scancodes.js";

const BUFFER = 16;

export class Ps2Keyboard {
  readonly output: Ps2Queue;
  private scanning = true;
  private set = 2;
  private ledBits = 0;
  /** Command whose parameter comes next, 0 for none. */
  private command = 0;
  private last = 0;

  constructor(changed: () => void) {
    this.output = new Ps2Queue(BUFFER, changed);
  }

  reset(): void {
    this.output.clear();
    this.defaults();
    this.command = 0;
    this.scanning = true;
  }

  private defaults(): void {
    this.set = 2;
    this.ledBits = 0;
    this.scanning = true;
  }

  /** Scroll lock 1, num lock 2, caps lock 4. */
  get leds(): number {
    return this.ledBits;
  }

  /** A key goes down or up; `code` as for keyBytes. False when the guest is not listening or does not keep up. */
  key(code: number, down: boolean): boolean {
    return this.scanning && this.output.send(keyBytes(code, down, this.set));
  }

  /** A byte from the system. */
  write(value: number): void {
    const command = this.command;
    this.command = 0;
    if (command !== 0 && value < 0x80) this.parameter(command, value);
    else this.start(value);
  }

  private parameter(command: number, value: number): void {
    switch (command) {
      case r.KEY_LEDS:
        this.ledBits = value & 7;
        break;
      case r.KEY_SET:
        if (value === 0) {
          this.output.answer(r.ACK, this.set);
          return;
        }
        if (value > 3) {
          this.output.answer(r.RESEND);
          return;
        }
        this.set = value;
        break;
    }
    this.output.answer(r.ACK);
  }

  private start(value: number): void {
    switch (value) {
      case r.DEV_RESET:
        this.defaults();
        this.answer(r.ACK, r.SELF_TEST_PASSED);
        return;
      case r.DEV_RESEND:
        this.output.answer(this.last);
        return;
      case r.DEV_ID:
        this.answer(r.ACK, 0xab, 0x83);
        return;
      case r.KEY_ECHO:
        this.answer(r.KEY_ECHO);
        return;
      case r.DEV_DEFAULTS:
        this.defaults();
        break;
      case r.DEV_DISABLE:
        this.defaults();
        this.scanning = false;
        break;
      case r.DEV_ENABLE:
        this.output.clear();
        this.scanning = true;
        break;
      case r.KEY_LEDS:
      case r.KEY_SET:
      case r.DEV_RATE:
        this.command = value;
        break;
      default:
        // Per-key make/break/typematic settings of set 3 (0xf7 to 0xfd) are accepted; below 0xed there is nothing.
        if (value < r.KEY_LEDS || value === 0xef || value === 0xf1) {
          this.answer(r.RESEND);
          return;
        }
    }
    this.answer(r.ACK);
  }

  private answer(...bytes: number[]): void {
    this.last = bytes[bytes.length - 1] ?? 0;
    this.output.answer(...bytes);
  }

  save(): DeviceState {
    return {
      output: this.output.save(),
      scanning: this.scanning,
      set: this.set,
      leds: this.ledBits,
      command: this.command,
      last: this.last,
    };
  }

  load(state: StateReader): void {
    this.output.load(state.uintsUpTo("output", BUFFER, 0xff));
    this.scanning = state.bool("scanning");
    this.set = state.uint("set", 3);
    this.ledBits = state.uint("leds", 7);
    this.command = state.uint("command", 0xff);
    this.last = state.uint("last", 0xff);
  }
}

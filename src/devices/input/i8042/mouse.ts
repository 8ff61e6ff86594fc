// A PS/2 mouse with wheel (PS/2 Technical Reference, "Mouse"; the wheel by the IntelliMouse knock: rates 200, 100, 80).

import type { DeviceState } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import { Ps2Queue } from "./ps2.js";
import * as r from "./registers.js";

const BUFFER = 16;

export class Ps2Mouse {
  readonly output: Ps2Queue;
  private reporting = false;
  private remote = false;
  private wrapped = false;
  private doubled = false;
  private resolution = 2;
  private rate = 100;
  private lastRates: number[] = [];
  private wheel = false;
  private command = 0;
  private buttons = 0;
  /** Movement not yet reported: right, down, wheel down. */
  private dx = 0;
  private dy = 0;
  private dz = 0;

  constructor(changed: () => void) {
    this.output = new Ps2Queue(BUFFER, changed);
  }

  reset(): void {
    this.output.clear();
    this.defaults();
    this.wheel = false;
    this.wrapped = false;
    this.command = 0;
    this.lastRates = [];
    this.buttons = 0;
  }

  private defaults(): void {
    this.reporting = false;
    this.remote = false;
    this.doubled = false;
    this.resolution = 2;
    this.rate = 100;
    this.dx = 0;
    this.dy = 0;
    this.dz = 0;
  }

  /** Movement right, down and of the wheel; `buttons`: left 1, right 2, middle 4. */
  move(dx: number, dy: number, dz: number, buttons: number): void {
    this.dx += dx;
    this.dy += dy;
    this.dz += dz;
    this.buttons = buttons & 7;
    if (this.reporting && !this.remote) this.output.send(this.packet());
  }

  /** One movement packet; what does not fit in nine bits is left for the next. */
  private packet(): number[] {
    const x = clamp(this.dx, -255, 255);
    const y = clamp(-this.dy, -255, 255);
    const z = clamp(this.dz, -8, 7);
    this.dx -= x;
    this.dy += y;
    this.dz = this.wheel ? this.dz - z : 0;
    const head = 0x08 | this.buttons | (x < 0 ? 0x10 : 0) | (y < 0 ? 0x20 : 0);
    return this.wheel ? [head, x & 0xff, y & 0xff, z & 0xff] : [head, x & 0xff, y & 0xff];
  }

  /** A byte from the system. */
  write(value: number): void {
    if (this.wrapped && value !== r.MOUSE_UNWRAP && value !== r.DEV_RESET) {
      this.output.answer(value);
      return;
    }
    const command = this.command;
    this.command = 0;
    if (command === r.DEV_RATE) this.setRate(value);
    else if (command === r.MOUSE_RESOLUTION) this.resolution = value & 3;
    else {
      this.start(value);
      return;
    }
    this.output.answer(r.ACK);
  }

  private setRate(value: number): void {
    this.rate = value;
    this.lastRates = [...this.lastRates.slice(-2), value];
    if (this.lastRates.join() === "200,100,80") this.wheel = true;
  }

  private start(value: number): void {
    switch (value) {
      case r.DEV_RESET:
        this.reset();
        this.output.answer(r.ACK, r.SELF_TEST_PASSED, 0);
        return;
      case r.DEV_ID:
        this.output.answer(r.ACK, this.wheel ? 3 : 0);
        return;
      case r.MOUSE_READ:
        this.output.answer(r.ACK, ...this.packet());
        return;
      case r.MOUSE_STATUS:
        this.output.answer(r.ACK, this.statusByte(), this.resolution, this.rate);
        return;
      case r.DEV_RATE:
      case r.MOUSE_RESOLUTION:
        this.command = value;
        break;
      case r.DEV_DEFAULTS:
        this.defaults();
        break;
      case r.DEV_DISABLE:
        this.reporting = false;
        break;
      case r.DEV_ENABLE:
        this.reporting = true;
        break;
      case r.MOUSE_REMOTE:
        this.remote = true;
        break;
      case r.MOUSE_STREAM:
        this.remote = false;
        break;
      case r.MOUSE_WRAP:
        this.wrapped = true;
        break;
      case r.MOUSE_UNWRAP:
        this.wrapped = false;
        break;
      case r.MOUSE_SCALE_1_1:
        this.doubled = false;
        break;
      case r.MOUSE_SCALE_2_1:
        this.doubled = true;
        break;
      default:
        this.output.answer(r.RESEND);
        return;
    }
    this.output.answer(r.ACK);
  }

  private statusByte(): number {
    const swapped = ((this.buttons & 1) << 2) | ((this.buttons & 4) >> 1) | ((this.buttons & 2) >> 1);
    return (this.remote ? 0x40 : 0) | (this.reporting ? 0x20 : 0) | (this.doubled ? 0x10 : 0) | swapped;
  }

  save(): DeviceState {
    return {
      output: this.output.save(),
      reporting: this.reporting,
      remote: this.remote,
      wrapped: this.wrapped,
      doubled: this.doubled,
      resolution: this.resolution,
      rate: this.rate,
      lastRates: [...this.lastRates],
      wheel: this.wheel,
      command: this.command,
      buttons: this.buttons,
      movement: { dx: this.dx, dy: this.dy, dz: this.dz },
    };
  }

  load(state: StateReader): void {
    this.output.load(state.uintsUpTo("output", BUFFER, 0xff));
    this.reporting = state.bool("reporting");
    this.remote = state.bool("remote");
    this.wrapped = state.bool("wrapped");
    this.doubled = state.bool("doubled");
    this.resolution = state.uint("resolution", 3);
    this.rate = state.uint("rate", 0xff);
    this.lastRates = state.uintsUpTo("lastRates", 3, 0xff);
    this.wheel = state.bool("wheel");
    this.command = state.uint("command", 0xff);
    this.buttons = state.uint("buttons", 7);
    const movement = state.part("movement");
    this.dx = movement.num("dx");
    this.dy = movement.num("dy");
    this.dz = movement.num("dz");
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, Math.trunc(value)));
}

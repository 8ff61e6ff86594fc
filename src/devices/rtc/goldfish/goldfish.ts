// The goldfish real-time clock, as QEMU's: time in nanoseconds, and one alarm. Reading the low half latches the high one. Time is the wall
// clock plus what the guest has set.

import { DueTimer } from "../../duetimer.js";
import type { Clock, Device, DeviceLog, DeviceState, IoRegion, IrqLine, WallClock } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import * as r from "./registers.js";

const NS_PER_MS = 1_000_000;
const LOW = 0xffff_ffffn;

export class GoldfishRtc implements Device, IoRegion {
  readonly name = "goldfish_rtc";
  readonly stateVersion = 1;
  /** The guest's time is ahead of the wall clock by this, modulo 2^64. */
  private offset = 0n;
  private latchedHigh = 0;
  private alarm = 0n;
  private pending = false;
  private enabled = false;
  private readonly timer: DueTimer;

  constructor(
    private readonly clock: Clock,
    private readonly wall: WallClock,
    private readonly irq: IrqLine,
    private readonly log?: DeviceLog,
  ) {
    this.timer = new DueTimer(clock, () => this.interrupt());
  }

  reset(): void {
    this.offset = 0n;
    this.latchedHigh = 0;
    this.alarm = 0n;
    this.pending = this.enabled = false;
    this.timer.cancel();
    this.drive();
  }

  /** Nanoseconds since 1970 as the guest has them. */
  private now(): bigint {
    const ms = this.wall.now();
    const whole = Math.floor(ms);
    const ns = BigInt(whole) * BigInt(NS_PER_MS) + BigInt(Math.floor((ms - whole) * NS_PER_MS));
    return BigInt.asUintN(64, ns + this.offset);
  }

  read(offset: number, size: number): number {
    if (size !== 4) return this.refuse("read", offset, size);
    switch (offset) {
      case r.TIME_LOW: {
        const now = this.now();
        this.latchedHigh = Number(now >> 32n);
        return Number(now & LOW);
      }
      case r.TIME_HIGH:
        return this.latchedHigh;
      case r.ALARM_LOW:
        return Number(this.alarm & LOW);
      case r.ALARM_HIGH:
        return Number(this.alarm >> 32n);
      case r.IRQ_ENABLED:
        return this.enabled ? 1 : 0;
      case r.ALARM_STATUS:
        return this.timer.at === undefined ? 0 : 1;
    }
    return this.refuse("read", offset, size);
  }

  write(offset: number, size: number, value: number): void {
    const half = BigInt(value >>> 0);
    switch (size === 4 ? offset : -1) {
      case r.TIME_LOW:
        this.setTime((now) => (now & ~LOW) | half);
        break;
      case r.TIME_HIGH:
        this.setTime((now) => (now & LOW) | (half << 32n));
        break;
      case r.ALARM_LOW:
        this.alarm = (this.alarm & ~LOW) | half;
        this.setAlarm();
        break;
      case r.ALARM_HIGH:
        this.alarm = (this.alarm & LOW) | (half << 32n);
        break;
      case r.IRQ_ENABLED:
        this.enabled = (value & 1) !== 0;
        break;
      case r.CLEAR_ALARM:
        this.timer.cancel();
        break;
      case r.CLEAR_INTERRUPT:
        this.pending = false;
        break;
      default:
        this.refuse("write", offset, size);
    }
    this.drive();
  }

  save(): DeviceState {
    return {
      offset: `${this.offset}`,
      latchedHigh: this.latchedHigh,
      alarm: `${this.alarm}`,
      pending: this.pending,
      enabled: this.enabled,
      timer: this.timer.save(),
    };
  }

  load(state: StateReader): void {
    this.offset = state.big("offset");
    this.latchedHigh = state.uint("latchedHigh");
    this.alarm = state.big("alarm");
    this.pending = state.bool("pending");
    this.enabled = state.bool("enabled");
    this.timer.load(state.optional("timer"));
  }

  settle(): void {
    this.timer.settle();
    this.drive();
  }

  private setTime(change: (now: bigint) => bigint): void {
    const now = this.now();
    this.offset = BigInt.asUintN(64, this.offset + change(now) - now);
  }

  /** Writing the low half sets the alarm; one that is behind goes off at once. */
  private setAlarm(): void {
    const left = this.alarm - this.now();
    if (left <= 0n) this.interrupt();
    else this.timer.arm(Math.min(this.clock.now() + Number(left), Number.MAX_SAFE_INTEGER));
  }

  private interrupt(): void {
    this.timer.cancel();
    this.pending = true;
    this.drive();
  }

  private drive(): void {
    this.irq.set(this.pending && this.enabled);
  }

  private refuse(what: string, offset: number, size: number): number {
    this.log?.guestError(
      `goldfish_rtc: ${what} of ${size} bytes at offset 0x${offset.toString(16)}, where no register is`,
    );
    return 0;
  }
}

// One counter of an 8254 (Intel 8254 data sheet). The count is not kept but computed from the time it was loaded.
// BCD counting is not done (nobody uses it; QEMU does not either), gate pauses in modes 0 and 4 are ignored as in QEMU.

import type { DeviceState } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import { nsToTicks, ticksToNs } from "../../ticks.js";

/** The crystal of every PC, Hz. */
export const PIT_HZ = 1193182;

/** Access modes of the control word: latch command, low byte, high byte, low then high. */
const ACCESS_LATCH = 0;
const ACCESS_HIGH = 2;
const ACCESS_BOTH = 3;

export class PitChannel {
  private mode = 3;
  private bcd = false;
  private access = ACCESS_BOTH;
  private gateLevel: boolean;
  private count = 0x10000;
  private loadedAt = 0;
  private countLatch: number | undefined;
  private statusLatch: number | undefined;
  /** The next byte read (written) is the high one of two. */
  private readHigh = false;
  private writeHigh = false;
  private writeLow = 0;

  /** `gate` is the level of the gate input after reset; `changed` is told when OUT's future has changed. */
  constructor(
    private readonly initialGate: boolean,
    private readonly changed: () => void,
  ) {
    this.gateLevel = initialGate;
  }

  reset(now: number): void {
    this.mode = 3;
    this.bcd = false;
    this.access = ACCESS_BOTH;
    this.gateLevel = this.initialGate;
    this.countLatch = undefined;
    this.statusLatch = undefined;
    this.readHigh = false;
    this.writeHigh = false;
    this.load(0, now);
  }

  get gate(): boolean {
    return this.gateLevel;
  }

  /** A rising gate restarts modes 1, 2, 3 and 5. */
  setGate(level: boolean, now: number): void {
    const rose = level && !this.gateLevel;
    this.gateLevel = level;
    if (!rose || this.mode === 0 || this.mode === 4) return;
    this.loadedAt = now;
    this.changed();
  }

  /** A control word for this channel. */
  control(value: number, now: number): void {
    const access = (value >> 4) & 3;
    if (access === ACCESS_LATCH) {
      this.latchCount(now);
      return;
    }
    this.access = access;
    this.readHigh = false;
    this.writeHigh = false;
    this.countLatch = undefined;
    this.mode = (value >> 1) & 7;
    if (this.mode > 5) this.mode -= 4;
    this.bcd = (value & 1) !== 0;
    this.changed();
  }

  /** Read-back command: bits 5 and 4 clear latch count and status. */
  readBack(value: number, now: number): void {
    if (!(value & 0x20)) this.latchCount(now);
    if (!(value & 0x10) && this.statusLatch === undefined) {
      const out = this.out(now) ? 0x80 : 0;
      this.statusLatch = out | (this.access << 4) | (this.mode << 1) | (this.bcd ? 1 : 0);
    }
  }

  private latchCount(now: number): void {
    if (this.countLatch === undefined) this.countLatch = this.counter(now);
  }

  readByte(now: number): number {
    if (this.statusLatch !== undefined) {
      const status = this.statusLatch;
      this.statusLatch = undefined;
      return status;
    }
    const value = this.countLatch ?? this.counter(now);
    const high = this.access === ACCESS_HIGH || (this.access === ACCESS_BOTH && this.readHigh);
    if (this.access === ACCESS_BOTH) this.readHigh = !this.readHigh;
    if (high || this.access !== ACCESS_BOTH) this.countLatch = undefined;
    return high ? value >> 8 : value & 0xff;
  }

  writeByte(value: number, now: number): void {
    if (this.access === ACCESS_HIGH) {
      this.load(value << 8, now);
    } else if (this.access !== ACCESS_BOTH) {
      this.load(value, now);
    } else if (this.writeHigh) {
      this.writeHigh = false;
      this.load(this.writeLow | (value << 8), now);
    } else {
      this.writeHigh = true;
      this.writeLow = value;
    }
  }

  private load(count: number, now: number): void {
    this.count = count === 0 ? 0x10000 : count;
    this.loadedAt = now;
    this.changed();
  }

  /** Ticks since the count was loaded. */
  private elapsed(now: number): number {
    return nsToTicks(now - this.loadedAt, PIT_HZ);
  }

  private counter(now: number): number {
    const ticks = this.elapsed(now);
    switch (this.mode) {
      case 2:
        return (this.count - (ticks % this.count)) & 0xffff;
      case 3:
        return (this.count - ((2 * ticks) % this.count)) & 0xffff;
      default:
        return (this.count - ticks) & 0xffff;
    }
  }

  /** Level of OUT. Mode 2 is a pulse at the start of each period here, so that its edge is where the data sheet's is. */
  out(now: number): boolean {
    const ticks = this.elapsed(now);
    switch (this.mode) {
      case 0:
        return ticks >= this.count;
      case 1:
        return ticks < this.count;
      case 2:
        return ticks !== 0 && ticks % this.count === 0;
      case 3:
        return ticks % this.count < (this.count + 1) >> 1;
      default:
        return ticks === this.count;
    }
  }

  /** When OUT changes next, nanoseconds, after `now`; undefined if never. */
  nextChange(now: number): number | undefined {
    const ticks = this.elapsed(now);
    const phase = ticks % this.count;
    let next: number;
    switch (this.mode) {
      case 2:
        next = phase === 0 && ticks !== 0 ? ticks + 1 : ticks - phase + this.count;
        break;
      case 3: {
        const half = (this.count + 1) >> 1;
        next = ticks - phase + (phase < half ? half : this.count);
        break;
      }
      case 0:
      case 1:
        if (ticks >= this.count) return undefined;
        next = this.count;
        break;
      default:
        if (ticks > this.count) return undefined;
        next = ticks < this.count ? this.count : this.count + 1;
    }
    return Math.max(now + 1, this.loadedAt + ticksToNs(next, PIT_HZ));
  }

  save(): DeviceState {
    return {
      mode: this.mode,
      bcd: this.bcd,
      access: this.access,
      gate: this.gateLevel,
      count: this.count,
      loadedAt: this.loadedAt,
      countLatch: this.countLatch ?? null,
      statusLatch: this.statusLatch ?? null,
      readHigh: this.readHigh,
      writeHigh: this.writeHigh,
      writeLow: this.writeLow,
    };
  }

  restore(state: StateReader): void {
    this.mode = state.uint("mode", 5);
    this.bcd = state.bool("bcd");
    this.access = state.uint("access", 3);
    this.gateLevel = state.bool("gate");
    this.count = Math.max(1, state.uint("count", 0x10000));
    this.loadedAt = state.num("loadedAt");
    this.countLatch = state.optionalUint("countLatch", 0xffff);
    this.statusLatch = state.optionalUint("statusLatch", 0xff);
    this.readHigh = state.bool("readHigh");
    this.writeHigh = state.bool("writeHigh");
    this.writeLow = state.uint("writeLow", 0xff);
  }
}

// The high precision event timer (IA-PC HPET specification 1.0a), as QEMU's `hpet`: 100 MHz, three timers, legacy
// replacement, FSB delivery where the board wants it.

import type { Clock, Device, DeviceLog, DeviceState, IoRegion, IrqLine, MsiSink } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import * as r from "./registers.js";
import { HpetTimer, type MainCounter } from "./timer.js";

export interface HpetOptions {
  clock: Clock;
  /** Interrupt lines by route number (I/O APIC inputs); timer 0's legacy route is 0, timer 1's is 8. */
  lines: readonly IrqLine[];
  /** Routes the timers offer, one bit each. QEMU's `pc`: only 2. */
  routes?: number;
  timers?: number;
  /** Given: timers can send messages instead. */
  msi?: MsiSink;
  /** Legacy replacement was switched: the PIT and the RTC lose or regain their interrupts. */
  legacy?: (on: boolean) => void;
  log?: DeviceLog;
}

export class Hpet implements Device, IoRegion {
  readonly name = "hpet";
  readonly stateVersion = 2;
  private readonly clock: Clock;
  private readonly lines: readonly IrqLine[];
  private readonly routes: number;
  private readonly msi: MsiSink | undefined;
  private readonly legacy: ((on: boolean) => void) | undefined;
  private readonly log: DeviceLog | undefined;
  private readonly timers: readonly HpetTimer[];
  private config = 0;
  private status = 0;
  /** Counter while stopped; while running, what it would have been at time 0. */
  private base = 0n;
  /** High half as of the last read of the low half: the bus splits 64-bit reads, low half first. */
  private latchedHigh: number | undefined;
  /** The counter as the guest knows it: as it was read last, or started from. */
  private known = 0n;

  constructor(options: HpetOptions) {
    this.clock = options.clock;
    this.lines = options.lines;
    this.routes = options.routes ?? 4;
    this.msi = options.msi;
    this.legacy = options.legacy;
    this.log = options.log;
    const capabilities = r.T_PERIODIC_CAPABLE | r.T_64BIT_CAPABLE | (this.msi ? r.T_FSB_CAPABLE : 0);
    const counter: MainCounter = counterOf(this);
    this.timers = Array.from(
      { length: options.timers ?? 3 },
      (_, i) => new HpetTimer(this.clock, counter, capabilities, () => this.expired(i)),
    );
  }

  reset(): void {
    const wasLegacy = this.config & r.CONFIG_LEGACY;
    this.timers.forEach((timer, i) => {
      this.lower(i);
      timer.reset();
    });
    this.config = 0;
    this.status = 0;
    this.base = 0n;
    this.known = 0n;
    this.latchedHigh = undefined;
    if (wasLegacy) this.legacy?.(false);
  }

  /** The main counter counts. */
  get running(): boolean {
    return (this.config & r.CONFIG_ENABLE) !== 0;
  }

  /** The main counter, 64 bits. */
  value(): bigint {
    return this.running ? BigInt.asUintN(64, this.base + this.ticks()) : this.base;
  }

  /** Where the counter is as far as the guest knows, if it has looked of late. */
  knownValue(): bigint {
    const now = this.value();
    return BigInt.asUintN(64, now - this.known) <= r.HELD_UP_TICKS ? this.known : now;
  }

  private ticks(): bigint {
    return BigInt(Math.floor(this.clock.now() / r.NS_PER_TICK));
  }

  read(offset: number, size: number): number {
    const value = this.readHalf(offset & ~3) >>> ((offset & 3) * 8);
    return size === 4 ? value : value & (size === 2 ? 0xffff : 0xff);
  }

  private readHalf(offset: number): number {
    const latched = this.latchedHigh;
    this.latchedHigh = undefined;
    if (offset >= r.TIMERS) return this.readTimer(offset);
    switch (offset) {
      case r.CAPABILITIES:
        return (r.CAPABILITY | ((this.timers.length - 1) << 8)) >>> 0;
      case r.CAPABILITIES_PERIOD:
        return r.PERIOD_FS;
      case r.CONFIG:
        return this.config;
      case r.STATUS:
        return this.status;
      case r.COUNTER: {
        const value = this.value();
        this.known = value;
        this.latchedHigh = Number(value >> 32n);
        return Number(value & 0xffff_ffffn);
      }
      case r.COUNTER_HIGH:
        return latched ?? Number(this.value() >> 32n);
    }
    return 0;
  }

  private readTimer(offset: number): number {
    const timer = this.timers[Math.floor((offset - r.TIMERS) / r.TIMER_STRIDE)];
    if (!timer) return 0;
    switch (offset % r.TIMER_STRIDE) {
      case r.T_CONFIG:
        return timer.config;
      case r.T_ROUTES:
        return this.routes >>> 0;
      case r.T_COMPARE:
        return timer.readComparator(false);
      case r.T_COMPARE_HIGH:
        return timer.readComparator(true);
      case r.T_FSB_DATA:
        return timer.fsbData;
      case r.T_FSB_ADDRESS:
        return timer.fsbAddress;
    }
    return 0;
  }

  write(offset: number, size: number, value: number): void {
    if (size !== 4 || offset & 3) {
      this.log?.guestError(`hpet: ${size}-byte write to offset 0x${offset.toString(16)} ignored`);
      return;
    }
    this.latchedHigh = undefined;
    if (offset >= r.TIMERS) {
      this.writeTimer(offset, value);
      return;
    }
    switch (offset) {
      case r.CONFIG:
        this.writeConfig(value & 3);
        break;
      case r.STATUS:
        for (let i = 0; i < this.timers.length; i++) if (value & this.status & (1 << i)) this.lower(i);
        break;
      case r.COUNTER:
      case r.COUNTER_HIGH:
        this.writeCounter(offset === r.COUNTER_HIGH, value);
        break;
    }
  }

  private writeConfig(value: number): void {
    const changed = this.config ^ value;
    if (changed & r.CONFIG_ENABLE) {
      if (!(value & r.CONFIG_ENABLE)) for (const timer of this.timers) timer.stop();
      const now = this.value();
      this.config = value;
      if (value & r.CONFIG_ENABLE) {
        this.base = BigInt.asUintN(64, now - this.ticks());
        this.known = now;
        for (const timer of this.timers) timer.arm();
      } else {
        this.base = now;
      }
    }
    this.config = value;
    if (changed & r.CONFIG_LEGACY) this.legacy?.((value & r.CONFIG_LEGACY) !== 0);
  }

  /** Only while stopped (specification 2.3.7). */
  private writeCounter(high: boolean, value: number): void {
    if (this.running) {
      this.log?.guestError("hpet: write to the running main counter ignored");
      return;
    }
    const half = BigInt(value >>> 0);
    this.base = high ? (this.base & 0xffff_ffffn) | (half << 32n) : (this.base & ~0xffff_ffffn) | half;
  }

  private writeTimer(offset: number, value: number): void {
    const index = Math.floor((offset - r.TIMERS) / r.TIMER_STRIDE);
    const timer = this.timers[index];
    if (!timer) {
      this.log?.guestError(`hpet: write to timer ${index}, which does not exist`);
      return;
    }
    switch (offset % r.TIMER_STRIDE) {
      case r.T_CONFIG:
        // A level interrupt does not outlive its route or its enable bit.
        if (this.status & (1 << index)) this.lower(index);
        timer.writeConfig(value);
        break;
      case r.T_COMPARE:
        timer.writeComparator(false, value);
        break;
      case r.T_COMPARE_HIGH:
        timer.writeComparator(true, value);
        break;
      case r.T_FSB_DATA:
        timer.fsbData = value >>> 0;
        break;
      case r.T_FSB_ADDRESS:
        timer.fsbAddress = value >>> 0;
        break;
    }
  }

  private line(index: number): IrqLine | undefined {
    if (this.config & r.CONFIG_LEGACY && index < 2) return this.lines[index === 0 ? 0 : 8];
    return this.lines[(this.timers[index]!.config >> r.T_ROUTE_SHIFT) & 31];
  }

  private expired(index: number): void {
    const timer = this.timers[index]!;
    if (timer.config & r.T_LEVEL) this.status |= 1 << index;
    if (!(timer.config & r.T_ENABLE)) return;
    if (timer.config & r.T_FSB) {
      this.msi?.send(timer.fsbAddress, timer.fsbData);
      return;
    }
    const line = this.line(index);
    line?.set(true);
    if (!(timer.config & r.T_LEVEL)) line?.set(false);
  }

  private lower(index: number): void {
    if (!(this.status & (1 << index))) return;
    this.status &= ~(1 << index);
    this.line(index)?.set(false);
  }

  save(): DeviceState {
    return {
      config: this.config,
      status: this.status,
      base: this.base.toString(),
      known: this.known.toString(),
      latchedHigh: this.latchedHigh ?? null,
      timers: this.timers.map((timer) => timer.save()),
    };
  }

  load(reader: StateReader): void {
    this.config = reader.uint("config", 3);
    this.status = reader.uint("status", 2 ** this.timers.length - 1);
    this.base = reader.big("base");
    this.known = reader.big("known");
    this.latchedHigh = reader.optionalUint("latchedHigh");
    reader.parts("timers", this.timers.length).forEach((part, i) => {
      this.timers[i]!.load(part);
    });
  }

  /** Legacy replacement is not told of: PIT and RTC know it by their own state. */
  settle(): void {
    this.timers.forEach((timer, i) => {
      timer.settle();
      if (this.status & (1 << i) && timer.config & r.T_ENABLE && !(timer.config & r.T_FSB)) this.line(i)?.set(true);
    });
  }
}

function counterOf(hpet: Hpet): MainCounter {
  return {
    get running() {
      return hpet.running;
    },
    value: () => hpet.value(),
    knownValue: () => hpet.knownValue(),
  };
}

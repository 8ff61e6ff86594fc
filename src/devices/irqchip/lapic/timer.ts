// The local APIC's timer (Intel SDM volume 3, 11.5.4): one-shot and periodic counting the bus clock through the divider, and
// TSC-deadline mode. The counter is not kept but computed from the time it was loaded.

import { DueTimer } from "../../duetimer.js";
import type { Clock, DeviceState } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import { LVT_MASKED, LVT_TIMER_MODE_SHIFT, TIMER_DEADLINE, TIMER_PERIODIC } from "./registers.js";

/** What the timer counts, Hz: the bus clock, and the TSC for its deadline mode. */
export interface ApicRates {
  bus: number;
  tsc: number;
}

export class ApicTimer {
  private readonly timer: DueTimer;
  private lvt = LVT_MASKED;
  private initial = 0;
  private divideConfig = 0;
  /** When the counter was loaded, nanoseconds. */
  private loadedAt = 0;
  /** The armed TSC deadline in ticks of the guest's TSC, 0 if none. */
  private deadlineTicks = 0;
  /** What the guest's TSC is ahead of its rate since the start, ticks. */
  private offset = 0;

  constructor(
    private readonly clock: Clock,
    private readonly rates: ApicRates,
    private readonly expired: () => void,
  ) {
    this.timer = new DueTimer(clock, () => this.fire());
  }

  reset(): void {
    this.timer.cancel();
    this.lvt = LVT_MASKED;
    this.initial = 0;
    this.divideConfig = 0;
    this.deadlineTicks = 0;
  }

  /** The LVT entry was written: mode and mask. Changing to or from TSC-deadline mode disarms. */
  setLvt(value: number): void {
    this.timer.poll();
    const wasDeadline = this.mode === TIMER_DEADLINE;
    this.lvt = value;
    if (wasDeadline !== (this.mode === TIMER_DEADLINE)) {
      this.initial = 0;
      this.deadlineTicks = 0;
    }
    this.arm();
  }

  get initialCount(): number {
    return this.initial;
  }
  set initialCount(value: number) {
    if (this.mode === TIMER_DEADLINE) return;
    this.timer.poll();
    this.initial = value;
    this.loadedAt = this.clock.now();
    this.arm(true);
  }

  get currentCount(): number {
    if (this.initial === 0) return 0;
    const elapsed = Math.floor((this.clock.now() - this.loadedAt) / this.unit);
    if (this.mode === TIMER_PERIODIC) return this.initial - (elapsed % this.initial);
    return Math.max(0, this.initial - elapsed);
  }

  get divide(): number {
    return this.divideConfig;
  }
  /** A running count goes on from where it is at the new rate. */
  set divide(value: number) {
    this.timer.poll();
    const current = this.currentCount;
    this.divideConfig = value & 0xb;
    this.loadedAt = this.clock.now() - (this.initial - current) * this.unit;
    this.arm(current > 0);
  }

  /** IA32_TSC_DEADLINE: 0 when disarmed or not in that mode. */
  get deadline(): number {
    if (this.mode !== TIMER_DEADLINE) return 0;
    this.timer.poll();
    if (this.deadlineTicks !== 0 && this.deadlineAt <= this.clock.now()) this.deadlineTicks = 0;
    return this.deadlineTicks;
  }
  set deadline(ticks: number) {
    if (this.mode !== TIMER_DEADLINE) return;
    this.timer.poll();
    this.deadlineTicks = ticks;
    if (ticks !== 0 && this.deadlineAt <= this.clock.now()) this.fire();
    else this.arm();
  }

  /** Ticks by which the guest's TSC (WRMSR, TSC_ADJUST) is ahead of the machine's. */
  get tscOffset(): number {
    return this.offset;
  }
  set tscOffset(ticks: number) {
    this.timer.poll();
    this.offset = ticks;
    this.arm();
  }

  private get mode(): number {
    return (this.lvt >>> LVT_TIMER_MODE_SHIFT) & 3;
  }

  /** Nanoseconds per count. */
  private get unit(): number {
    const shift = (this.divideConfig & 3) | ((this.divideConfig >> 1) & 4);
    return (1e9 / this.rates.bus) * 2 ** ((shift + 1) & 7);
  }

  private get deadlineAt(): number {
    return Math.ceil((this.deadlineTicks - this.offset) * (1e9 / this.rates.tsc));
  }

  /**
   * Arms the host timer for the next expiry, or none while that would go unseen. A count that has just been loaded is
   * `counting` even if its time is over by now: host time passes between two looks at the clock.
   */
  private arm(counting = false): void {
    this.timer.cancel();
    if (this.lvt & LVT_MASKED) return;
    if (this.mode === TIMER_DEADLINE) {
      if (this.deadlineTicks !== 0) this.timer.arm(this.deadlineAt);
      return;
    }
    if (this.initial === 0) return;
    const now = this.clock.now();
    const period = this.initial * this.unit;
    if (this.mode === TIMER_PERIODIC) {
      // Expiries missed by a late host are not made up for: the guest could not tell them apart in IRR anyway.
      const passed = Math.floor((now - this.loadedAt) / period);
      this.timer.arm(this.loadedAt + (passed + 1) * period);
    } else if (counting || this.loadedAt + period > now) {
      this.timer.arm(this.loadedAt + period);
    }
  }

  private fire(): void {
    if (this.mode === TIMER_DEADLINE) {
      this.deadlineTicks = 0;
      this.timer.cancel();
    } else if (this.mode === TIMER_PERIODIC) {
      this.arm();
    }
    if (!(this.lvt & LVT_MASKED)) this.expired();
  }

  save(): DeviceState {
    return {
      lvt: this.lvt,
      initial: this.initial,
      divide: this.divideConfig,
      loadedAt: this.loadedAt,
      deadline: this.deadlineTicks,
      tscOffset: this.offset,
      at: this.timer.save(),
    };
  }

  load(state: StateReader): void {
    this.lvt = state.uint("lvt");
    this.initial = state.uint("initial");
    this.divideConfig = state.uint("divide", 0xb);
    this.loadedAt = state.num("loadedAt");
    // Both are the guest's, of 64 bits.
    this.deadlineTicks = state.num("deadline", 2 ** 64);
    this.offset = state.num("tscOffset", 2 ** 64);
    this.timer.load(state.optional("at", 2 ** 66));
  }

  settle(): void {
    this.timer.settle();
  }
}

// One comparator of the HPET (specification 2.3.8 and 2.3.9). Counter values are 64-bit, so BigInt; accesses are rare.

import { DueTimer } from "../../duetimer.js";
import type { Clock, DeviceState } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import * as r from "./registers.js";

const MASK64 = 0xffff_ffff_ffff_ffffn;
const MASK32 = 0xffff_ffffn;
const LOW = MASK32;
const HIGH = MASK32 << 32n;
/** Host timers are not armed further away than this (a day, in ticks); the callback then arms again. */
const FARTHEST = 86_400n * 100_000_000n;

/** The main counter as a comparator sees it. */
export interface MainCounter {
  readonly running: boolean;
  /** Its value now, 64 bits. */
  value(): bigint;
  /** The same as far as the guest knows: no later than now. */
  knownValue(): bigint;
}

export class HpetTimer {
  config: number;
  /** FSB (MSI) message. */
  fsbData = 0;
  fsbAddress = 0;
  private comparator = MASK64;
  private period = 0n;
  private readonly timer: DueTimer;
  /** The timer is armed for less than the whole way. */
  private tooFar = false;
  /** T_SET_VALUE was used up by the low half of a write; the high half right behind it still counts. */
  private setHigh = false;
  /** The comparator was met with the interrupt on since it was written. */
  private told = false;

  constructor(
    private readonly clock: Clock,
    private readonly counter: MainCounter,
    private readonly capabilities: number,
    private readonly expired: () => void,
  ) {
    this.config = capabilities;
    this.timer = new DueTimer(clock, () => this.fire());
  }

  reset(): void {
    this.timer.cancel();
    this.config = this.capabilities;
    this.fsbData = 0;
    this.fsbAddress = 0;
    this.comparator = MASK64;
    this.period = 0n;
    this.tooFar = false;
    this.setHigh = false;
    this.told = false;
  }

  get periodic(): boolean {
    return (this.config & r.T_PERIODIC) !== 0;
  }

  writeConfig(value: number): void {
    this.timer.poll();
    this.setHigh = false;
    const wasEnabled = (this.config & r.T_ENABLE) !== 0;
    this.config = (value & r.T_WRITABLE) | this.capabilities;
    if (!(this.config & r.T_FSB_CAPABLE)) this.config &= ~r.T_FSB;
    if (this.config & r.T_32BIT) {
      this.comparator &= MASK32;
      this.period &= MASK32;
    }
    const overtaken = !wasEnabled && (this.config & r.T_ENABLE) !== 0 && !this.told;
    this.arm(overtaken ? this.counter.knownValue() : this.counter.value());
  }

  readComparator(high: boolean): number {
    this.timer.poll();
    return Number(high ? this.comparator >> 32n : this.comparator & LOW);
  }

  /** Specification 2.3.9.2.2: in periodic mode a write sets the period, and with T_SET_VALUE the comparator as well. */
  writeComparator(high: boolean, value: number): void {
    this.timer.poll();
    if (high && this.config & r.T_32BIT) return;
    const half = (old: bigint): bigint =>
      high ? (old & LOW) | (BigInt(value >>> 0) << 32n) : (old & HIGH) | BigInt(value >>> 0);
    const set = (this.config & r.T_SET_VALUE) !== 0 || (high && this.setHigh);
    this.setHigh = set && !high;
    this.config &= ~r.T_SET_VALUE;
    if (!this.periodic || set) this.comparator = half(this.comparator);
    if (this.config & r.T_32BIT) this.comparator &= MASK32;
    if (this.periodic) this.period = half(this.period);
    this.told = false;
    this.arm(this.counter.knownValue());
  }

  /**
   * The counter was started, or comparator or mode set: waits for the next match after the counter was at `from`, however far. Guests
   * set the comparator to what they read of the counter and a little more, and then switch the interrupt on. A counter that passed
   * it meanwhile would next be there after a whole turn, which takes 43 s in 32 bits: that match is made up for at once.
   */
  arm(from = this.counter.value()): void {
    this.timer.cancel();
    if (!this.counter.running) return;
    const passed = BigInt.asUintN(64, this.counter.value() - from);
    const left = ((this.comparator - from) & this.mask) - passed;
    this.tooFar = left > FARTHEST;
    const at = this.clock.now() + Number(this.tooFar ? FARTHEST : left) * r.NS_PER_TICK;
    if (this.wakes) this.timer.arm(at);
    else this.timer.mark(at);
  }

  /** The counter is about to stop. */
  stop(): void {
    this.timer.poll();
    this.timer.cancel();
  }

  private get mask(): bigint {
    return this.config & r.T_32BIT ? MASK32 : MASK64;
  }

  private fire(): void {
    if (this.tooFar) {
      this.arm();
      return;
    }
    if (this.periodic && this.period !== 0n) {
      // A late host skips periods but keeps the phase. One look at the counter for both: were it past the new comparator at
      // a second one, the next match would be a turn of the counter away.
      const value = this.counter.value();
      const behind = (value - this.comparator) & this.mask;
      this.comparator = (this.comparator + (behind / this.period + 1n) * this.period) & this.mask;
      this.arm(value);
    }
    if (this.config & r.T_ENABLE) this.told = true;
    this.expired();
  }

  save(): DeviceState {
    return {
      config: this.config,
      fsbData: this.fsbData,
      fsbAddress: this.fsbAddress,
      comparator: this.comparator.toString(),
      period: this.period.toString(),
      setHigh: this.setHigh,
      tooFar: this.tooFar,
      told: this.told,
      at: this.timer.save(),
    };
  }

  load(state: StateReader): void {
    this.config = state.uint("config", 0xffff);
    this.fsbData = state.uint("fsbData");
    this.fsbAddress = state.uint("fsbAddress");
    this.comparator = state.big("comparator");
    this.period = state.big("period");
    // A period that its counter cannot tell from 0 would end at the moment it begins, for ever.
    if (this.comparator > this.mask) state.fail("comparator", "one of this timer's width");
    if (this.period > this.mask) state.fail("period", "one of this timer's width");
    this.setHigh = state.bool("setHigh");
    this.tooFar = state.bool("tooFar");
    this.told = state.bool("told");
    this.timer.load(state.optional("at"));
  }

  settle(): void {
    if (this.wakes) this.timer.settle();
    else if (this.timer.at !== undefined) this.timer.mark(this.timer.at);
  }

  /** Kernels leave a periodic timer running with its interrupt off: that must not keep the host awake. */
  private get wakes(): boolean {
    return (this.config & (r.T_ENABLE | r.T_LEVEL)) !== 0;
  }
}

// The comparators that harts have themselves (Sstc, privileged 20): a hart says what it waits for, and its line for the supervisor's timer
// is asserted when the counter of the machine timer is there. What takes the line down is the hart's next comparison.

import type { Clock, DeviceState, IrqLine, Stateful, Timer } from "../../../devices/interfaces.js";
import { MTIMER_HZ, type Mtimer } from "../../../devices/irqchip/aclint/mtimer.js";
import type { StateReader } from "../../../devices/state.js";

const NS_PER_TICK = 1_000_000_000 / MTIMER_HZ;

export class SupervisorTimers implements Stateful {
  readonly stateVersion = 1;
  private readonly timers: readonly Timer[];
  /** What each hart waits for; undefined: for nothing. */
  private readonly times: (bigint | undefined)[];

  constructor(
    clock: Clock,
    private readonly counter: Pick<Mtimer, "time" | "ahead">,
    private readonly lines: readonly IrqLine[],
  ) {
    this.timers = lines.map((_, hart) => clock.timer(() => this.due(hart)));
    this.times = lines.map(() => undefined);
  }

  /** The supervisor of a hart is to be interrupted when the counter is at `at`. */
  set(hart: number, at: bigint): void {
    this.times[hart] = at;
    this.arm(hart);
  }

  /** The counter was written: what is due is another moment. */
  counterSet(): void {
    for (const hart of this.times.keys()) this.arm(hart);
  }

  reset(): void {
    this.times.fill(undefined);
    for (const timer of this.timers) timer.cancel();
  }

  save(): DeviceState {
    return { harts: this.times.map((at) => ({ waits: at !== undefined, at: `${at ?? 0}` })) };
  }

  load(state: StateReader): void {
    state.parts("harts", this.times.length).forEach((part, hart) => {
      this.times[hart] = part.bool("waits") ? part.big("at") : undefined;
    });
  }

  settle(): void {
    this.counterSet();
  }

  private due(hart: number): void {
    const at = this.times[hart];
    if (at === undefined) return;
    if (this.counter.time() < at) {
      this.arm(hart);
      return;
    }
    this.times[hart] = undefined;
    this.lines[hart]!.set(true);
  }

  private arm(hart: number): void {
    const at = this.times[hart];
    const time = this.counter.time();
    // Of virtual time, which the counter is ahead of or behind: it wraps around.
    const ticks = BigInt.asUintN(64, time - this.counter.ahead) + (at ?? 0n) - time;
    const ns = Number(ticks) * NS_PER_TICK;
    // Beyond what numbers are exact for is never.
    if (at === undefined || ns > Number.MAX_SAFE_INTEGER) this.timers[hart]!.cancel();
    else this.timers[hart]!.arm(Math.max(0, ns));
  }
}

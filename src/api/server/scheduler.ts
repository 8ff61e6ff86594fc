// What the remote control does whenever the run loop gives way: output is posted, and the time asleep is counted.

import type { HostScheduler, HostSleep } from "../../machine/clock/scheduler.js";
import { OUTPUT_MS } from "../../tuning/host.js";

/** Share of the time asleep that makes a CPU idle. */
const IDLE_SHARE = 0.9;

/** The host's scheduler, with what the remote control does whenever the run loop gives way. */
export class ReportingScheduler implements HostScheduler {
  private slept = 0;
  private flushedAt = Number.NEGATIVE_INFINITY;
  private since: number;
  private sleepBegan: number | undefined;
  private wasAsleep = false;

  /**
   * `now` is in milliseconds; a look at a shorter time than `shortest` repeats the last answer. `flush` posts output, every OUTPUT_MS
   * at most while the CPU is busy.
   */
  constructor(
    private readonly inner: HostScheduler,
    private readonly now: () => number,
    private readonly shortest: number,
    private readonly flush: () => void,
  ) {
    this.since = now();
  }

  async yield(): Promise<void> {
    const now = this.now();
    if (now - this.flushedAt < OUTPUT_MS) return this.inner.yield();
    this.flushedAt = now;
    this.flush();
    return this.inner.yield();
  }

  sleep(milliseconds: number): HostSleep {
    this.flush();
    const began = this.now();
    this.sleepBegan = began;
    const sleep = this.inner.sleep(milliseconds);
    const done = sleep.done.then(() => {
      this.slept += this.now() - Math.max(began, this.since);
      this.sleepBegan = undefined;
    });
    return { done, wake: () => sleep.wake() };
  }

  timer(milliseconds: number): HostSleep {
    return this.inner.sleep(milliseconds);
  }

  /** Whether the run loop has slept nearly all the time since the last look. */
  asleep(): boolean {
    const now = this.now();
    const passed = now - this.since;
    if (passed < this.shortest) return this.wasAsleep;
    const inSleep = this.sleepBegan === undefined ? 0 : now - Math.max(this.sleepBegan, this.since);
    this.wasAsleep = (this.slept + inSleep) / passed >= IDLE_SHARE;
    this.slept = 0;
    this.since = now;
    return this.wasAsleep;
  }
}

// Host time for a guest whose host may be held up. While the guest executes, a look at the clock follows the last one within
// a slice; a longer gap is time the guest did not get. Kernels that time their interrupts against the cycle counter stop when it jumps
// past a whole test, so a gap counts as STEADY_STEP_NS at most, and the rest is made up for bit by bit, or at once while the
// guest is idle.

import type { DeviceState } from "../../devices/interfaces.js";
import type { StateReader } from "../../devices/state.js";
import { STEADY_REPAY, STEADY_SLEEP_NS, STEADY_STEP_NS } from "../../tuning/host.js";
import type { TimeSource } from "./clock.js";

export class SteadyTime implements TimeSource {
  readonly stateVersion = 1;
  private last: number;
  private debt = 0;

  constructor(private readonly host: TimeSource) {
    this.last = host.now();
  }

  now(): number {
    const time = this.host.now();
    const passed = time - this.last;
    this.last = time;
    if (passed > STEADY_STEP_NS) this.debt += passed - STEADY_STEP_NS;
    else if (this.debt > 0) this.debt = Math.max(0, this.debt - passed * STEADY_REPAY);
    return Math.round(time - this.debt);
  }

  /** How far the guest's time is behind the host's now, nanoseconds. */
  owed(): number {
    this.now();
    return this.debt;
  }

  /**
   * The guest slept since the last look, and would have slept until `deadline`: time up to then is its own. Of a host's delay after that
   * it gets STEADY_SLEEP_NS: a kernel takes a CPU for stuck that did not get to its watchdog for long. What is owed then is repaid by
   * the next sleeps, which end at once.
   */
  idled(deadline: number): void {
    const before = this.last - this.debt;
    const time = this.host.now();
    this.last = time;
    this.debt = Math.max(0, time - Math.max(before, deadline) - STEADY_SLEEP_NS);
  }

  hold(): void {
    this.host.hold();
  }

  release(): void {
    this.host.release();
  }

  stop(): void {
    this.now();
    this.host.stop();
  }

  start(): void {
    this.host.start();
    this.last = this.host.now();
  }

  /** Stopped. */
  save(): DeviceState {
    return { host: this.host.save(), debt: this.debt };
  }

  load(state: StateReader): void {
    this.host.load(state.part("host"));
    this.debt = state.num("debt");
    this.last = this.host.now();
  }
}

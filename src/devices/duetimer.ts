// A timer that remembers when it is due. The host may be late: a callback must work with the time it was due, and a register
// write may come before a callback that is already due, which `poll` then makes up for.

import type { Clock, Timer } from "./interfaces.js";

export class DueTimer {
  /** Virtual time it fires at, undefined when not armed. */
  at: number | undefined;
  private readonly timer: Timer;

  constructor(
    private readonly clock: Clock,
    private readonly callback: (due: number) => void,
  ) {
    this.timer = clock.timer(() => this.fire());
  }

  arm(at: number): void {
    this.at = at;
    this.timer.arm(at);
  }

  /** Due at `at`, but nobody is waiting: fires when polled after that, and wakes no host. */
  mark(at: number): void {
    this.at = at;
    this.timer.cancel();
  }

  cancel(): void {
    this.at = undefined;
    this.timer.cancel();
  }

  /** Fires now if it is due. */
  poll(): void {
    if (this.at !== undefined && this.at <= this.clock.now()) {
      this.timer.cancel();
      this.fire();
    }
  }

  /** For snapshots: null when not armed. */
  save(): number | null {
    return this.at ?? null;
  }

  /** Only when it is due, for settle() to arm it. */
  load(at: number | undefined): void {
    this.at = at;
  }

  settle(): void {
    if (this.at === undefined) this.timer.cancel();
    else this.timer.arm(this.at);
  }

  private fire(): void {
    const due = this.at;
    if (due === undefined) return;
    this.at = undefined;
    this.callback(due);
  }
}

// Time that moves when it is told to.

import type { NetClock, NetTimer } from "../../interfaces.js";

interface FakeTimer extends NetTimer {
  at: number;
  fire(): void;
}

export class FakeClock implements NetClock {
  private time = 0;
  private readonly timers: FakeTimer[] = [];

  now(): number {
    return this.time;
  }

  timer(callback: () => void): NetTimer {
    const timer: FakeTimer = {
      at: Number.POSITIVE_INFINITY,
      fire: callback,
      arm: (at) => {
        timer.at = at;
      },
      cancel: () => {
        timer.at = Number.POSITIVE_INFINITY;
      },
    };
    this.timers.push(timer);
    return timer;
  }

  /** When something happens next. */
  get next(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.timers.map(({ at }) => at));
  }

  advance(ns: number): void {
    const end = this.time + ns;
    for (let next = this.next; next <= end; next = this.next) {
      this.time = Math.max(this.time, next);
      const due = this.timers.find(({ at }) => at === next)!;
      due.cancel();
      due.fire();
    }
    this.time = end;
  }
}

// How the run loop gives way in a worker. A message to oneself comes back after the events that wait, without the 4 ms that
// nested timers cost. Timers of workers go on at full rate while the page is in the background.

import type { HostScheduler, HostSleep } from "../machine/scheduler.js";

/** Longest timeout of a browser's timer; a longer sleep just begins anew. */
const LONGEST_MS = 0x7fffffff;

export class WebScheduler implements HostScheduler {
  private readonly channel = new MessageChannel();
  private readonly waiting: (() => void)[] = [];

  constructor() {
    this.channel.port1.onmessage = () => this.waiting.shift()?.();
  }

  yield(): Promise<void> {
    return new Promise((resolve) => this.hop(resolve));
  }

  sleep(milliseconds: number): HostSleep {
    let wake!: () => void;
    const done = new Promise<void>((resolve) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      let over = false;
      wake = () => {
        over = true;
        if (timer !== undefined) clearTimeout(timer);
        resolve();
      };
      if (milliseconds === Number.POSITIVE_INFINITY) return;
      // A timer set in a timer's own turn counts as nested, and those wait 4 ms at least: the hop ends the nesting.
      this.hop(() => {
        if (!over) timer = setTimeout(resolve, Math.min(Math.max(0, milliseconds), LONGEST_MS));
      });
    });
    return { done, wake };
  }

  private hop(action: () => void): void {
    this.waiting.push(action);
    this.channel.port2.postMessage(0);
  }
}

// How the run loop gives way in a worker. A task of its own comes after the events that wait, without the 4 ms that nested timers
// cost; a message to oneself does too, at three times the price. Timers of workers go on at full rate while the page is in the background.

import type { HostScheduler, HostSleep } from "../machine/clock/scheduler.js";

/** Longest timeout of a browser's timer; a longer sleep just begins anew. */
const LONGEST_MS = 0x7fffffff;
/** Turns of the event loop given away at once while something needs many: a download gets one piece in each. */
const BUSY_HOPS = 12;

/** Prioritized Task Scheduling, section 2.1; not in every browser. */
const { scheduler: tasks } = globalThis as { scheduler?: { postTask(action: () => void): unknown } };

export class WebScheduler implements HostScheduler {
  private readonly channel = new MessageChannel();
  private readonly waiting: (() => void)[] = [];

  /** Something that needs many turns of the event loop is under way, such as a download. */
  busy = false;

  constructor() {
    this.channel.port1.onmessage = () => this.waiting.shift()?.();
  }

  yield(): Promise<void> {
    return new Promise((resolve) => {
      let hops = this.busy ? BUSY_HOPS : 1;
      const next = (): void => {
        if (--hops > 0) this.hop(next);
        else resolve();
      };
      this.hop(next);
    });
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
    if (tasks) {
      tasks.postTask(action);
      return;
    }
    this.waiting.push(action);
    this.channel.port2.postMessage(0);
  }
}

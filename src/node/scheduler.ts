import type { HostScheduler, HostSleep } from "../machine/clock/scheduler.js";

/** Longest timeout of a Node timer; a longer sleep just begins anew. */
const LONGEST_MS = 0x7fffffff;

/** Gives way to Node's event loop. */
export class NodeScheduler implements HostScheduler {
  yield(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  sleep(milliseconds: number): HostSleep {
    let wake!: () => void;
    const done = new Promise<void>((resolve) => {
      // Node waits for whole milliseconds; the rest is less than a guest notices.
      const timer = setTimeout(resolve, Math.min(Math.max(1, Math.floor(milliseconds)), LONGEST_MS));
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    return { done, wake };
  }
}

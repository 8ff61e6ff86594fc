// Who changes an image does it alone; who reads need not wait, but what is read is not given to others meanwhile.

import type { Step } from "../steps.js";

export class Turns {
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private readonly reading = new Set<Promise<void>>();

  /** Somebody changes the image. */
  get taken(): boolean {
    return this.waiting > 0;
  }

  /** Does it when all before it is done. */
  take<T>(work: () => Promise<T>): Promise<T> {
    this.waiting++;
    const done = this.last.then(work).finally(() => {
      this.waiting--;
    });
    this.last = done.catch(() => {});
    return done;
  }

  read(work: Promise<void>): Promise<void> {
    const settled = work.catch(() => {}).finally(() => this.reading.delete(settled));
    this.reading.add(settled);
    return work;
  }

  /** Those who read now have read. */
  readonly quiet: Step = {
    now: () => this.reading.size === 0,
    later: async () => {
      await Promise.all(this.reading);
    },
  };
}

// What a disk was at moments that somebody still reads, and the changes that wait for them.

import type { BlockBackend } from "../interfaces.js";
import { Moment } from "./moment.js";

export class Moments {
  private readonly live = new Set<Moment>();
  private readonly changes = new Set<Promise<void>>();
  private beginning: Promise<void> | undefined;

  constructor(private readonly disk: BlockBackend) {}

  /** Changes wait for nothing. */
  get none(): boolean {
    return this.live.size === 0 && !this.beginning;
  }

  /** The disk as it is now: when the changes under way have ended, before the next one. */
  async take(): Promise<Moment> {
    while (this.beginning) await this.beginning;
    const taken = Promise.allSettled([...this.changes]).then(() => {
      const moment: Moment = new Moment(this.disk, () => this.live.delete(moment));
      this.live.add(moment);
      this.beginning = undefined;
      return moment;
    });
    this.beginning = taken.then(() => {});
    return taken;
  }

  /** Changes bytes of the disk by `action`. */
  change(offset: number, length: number, action: () => Promise<void>): Promise<void> {
    if (this.none) return this.count(action());
    return this.changeLater(offset, length, action);
  }

  /** Those who read cannot go on. */
  fail(why: string): void {
    for (const moment of [...this.live]) moment.fail(why);
  }

  private async changeLater(offset: number, length: number, action: () => Promise<void>): Promise<void> {
    while (this.beginning) await this.beginning;
    await this.count(this.keepThen(offset, length, action));
  }

  private async keepThen(offset: number, length: number, action: () => Promise<void>): Promise<void> {
    for (const moment of [...this.live]) await moment.keep(offset, length);
    await action();
  }

  private count(change: Promise<void>): Promise<void> {
    this.changes.add(change);
    const over = (): void => void this.changes.delete(change);
    change.then(over, over);
    return change;
  }
}

// A leaky bucket: what is done fills it, time empties it, and what comes while it is too full waits.

import type { Rate } from "./rules.js";

export class Bucket {
  private level = 0;
  private lookedAt = 0;

  /** Empties by `perSecond`, and what overflows `capacity` waits. */
  constructor(
    private readonly perSecond: number,
    private readonly capacity: number,
  ) {}

  /** Whole milliseconds until it takes something. A request may be larger than the bucket: the next one waits for it. */
  wait(now: number): number {
    this.level = Math.max(0, this.level - ((now - this.lookedAt) * this.perSecond) / 1000);
    this.lookedAt = now;
    return Math.max(0, Math.ceil(((this.level - this.capacity) * 1000) / this.perSecond));
  }

  add(count: number): void {
    this.level += count;
  }
}

/** Without a burst a tenth of a second's worth may come at once; in a longer one it goes on at the burst's own rate. */
export function bucketsOf({ average, most, seconds }: Rate): Bucket[] {
  if (average === 0) return [];
  if (most === 0) return [new Bucket(average, average / 10)];
  const whole = new Bucket(average, most * seconds);
  return seconds > 1 ? [whole, new Bucket(most, most / 10)] : [whole];
}

// Requests of disks wait here for their turn.

import type { Bucket } from "./bucket.js";
import { bucketsOf } from "./bucket.js";
import { KINDS, type ThrottleRules } from "./rules.js";

/** The host's time. */
export interface ThrottleClock {
  /** Milliseconds. */
  now(): number;
  sleep(milliseconds: number): { readonly done: Promise<void>; wake(): void };
}

type Way = "read" | "write";

export class Throttle {
  private readonly buckets: Readonly<Record<Way, Readonly<Record<"bps" | "iops", readonly Bucket[]>>>>;
  /** The last of each kind that waits: none overtakes another. */
  private readonly last: Record<Way, Promise<void>> = { read: Promise.resolve(), write: Promise.resolve() };
  private readonly asleep = new Set<{ wake(): void }>();
  private lifted = false;

  constructor(
    private readonly rules: ThrottleRules,
    private readonly clock: ThrottleClock,
  ) {
    const { rates } = rules;
    const [bytes, requests] = KINDS.map((kind) => {
      const made = (direction: "total" | Way): Bucket[] => {
        const rate = rates[`${kind}-${direction}`];
        return rate ? bucketsOf(rate) : [];
      };
      const total = made("total");
      return { read: [...total, ...made("read")], write: [...total, ...made("write")] };
    });
    this.buckets = {
      read: { bps: bytes!.read, iops: requests!.read },
      write: { bps: bytes!.write, iops: requests!.write },
    };
  }

  /** Resolves when so many bytes may be read, or written. */
  turn(way: Way, bytes: number): Promise<void> {
    const turn = this.last[way].then(() => this.wait(way, bytes));
    this.last[way] = turn;
    return turn;
  }

  /** Nothing waits any more. */
  lift(): void {
    this.lifted = true;
    for (const sleep of this.asleep) sleep.wake();
  }

  private async wait(way: Way, bytes: number): Promise<void> {
    const { bps, iops } = this.buckets[way];
    const { requestBytes } = this.rules;
    for (;;) {
      const now = this.clock.now();
      const left = Math.max(0, ...[...bps, ...iops].map((bucket) => bucket.wait(now)));
      if (left === 0 || this.lifted) break;
      const sleep = this.clock.sleep(left);
      this.asleep.add(sleep);
      await sleep.done;
      this.asleep.delete(sleep);
    }
    for (const bucket of bps) bucket.add(bytes);
    const requests = requestBytes > 0 ? Math.max(1, bytes / requestBytes) : 1;
    for (const bucket of iops) bucket.add(requests);
  }
}

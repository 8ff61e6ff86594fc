// Bytes from the host to the guest: what is sent, sent again, and how much at once.

import { ByteQueue } from "./queue.js";
import { RoundTrip } from "./round-trip.js";
import { add, after, type Segment } from "./segment.js";

const DUPLICATES = 3;

/** What an acknowledgement said. */
export type Acknowledged = "new" | "lost" | "nothing" | "ahead";

export class Sender {
  readonly queue = new ByteQueue();
  readonly roundTrip = new RoundTrip();
  /** First byte that is not acknowledged; the next that is sent; the one behind all that were. */
  first: number;
  next: number;
  most: number;
  /** In bytes. */
  window = 0;
  /** Nothing comes behind what is queued. */
  ending = false;
  /** The end is acknowledged. */
  ended = false;
  /** Bytes that may be on their way at once; what the window says, until something is lost. */
  private congestion = Number.POSITIVE_INFINITY;
  private threshold = Number.POSITIVE_INFINITY;
  private duplicates = 0;
  /** Until this is acknowledged nothing else is thought to be lost; `fast`: but for what is missing first. */
  private recovery: number | undefined;
  private fast = false;
  private timed: { sequence: number; at: number } | undefined;
  private windowAt = { sequence: 0, acknowledged: 0 };

  constructor(
    first: number,
    readonly mss: number,
    readonly shift: number,
  ) {
    this.first = this.next = this.most = first;
  }

  get inFlight(): number {
    return after(this.next, this.first);
  }

  /** Bytes of the queue that may be sent now. */
  sendable(): number {
    const offset = this.inFlight;
    const waiting = this.queue.length - offset;
    const room = Math.min(this.window, this.congestion) - offset;
    const count = Math.min(waiting, room);
    // No small pieces, but the last one (RFC 9293, section 3.8.6.2.1).
    return count <= 0 || (count < this.mss && count < waiting && offset > 0) ? 0 : count;
  }

  /** The end may be sent now. */
  get endable(): boolean {
    return this.ending && !this.ended && this.inFlight === this.queue.length;
  }

  /** So much was sent, at `now`. */
  sent(count: number, now: number): void {
    if (this.timed === undefined && this.next === this.most) this.timed = { sequence: add(this.next, count), at: now };
    this.next = add(this.next, count);
    if (after(this.next, this.most) > 0) this.most = this.next;
  }

  acknowledge({ acknowledged, window, sequence, data, flags }: Segment, now: number): Acknowledged {
    const count = after(acknowledged, this.first);
    if (after(acknowledged, this.most) > 0) return "ahead";
    if (count < 0) return "nothing";
    const opened = this.updateWindow(sequence, acknowledged, window << this.shift);
    if (count > 0) {
      this.advance(count, acknowledged, now);
      // What is missing now was lost as well (RFC 6582).
      return this.recovery !== undefined && this.fast && this.inFlight > 0 ? "lost" : "new";
    }
    if (this.most === this.first || data.length > 0 || opened || (flags & 3) !== 0) return "nothing";
    if (++this.duplicates !== DUPLICATES || this.recovery !== undefined) return "nothing";
    this.lose();
    this.congestion = this.threshold;
    this.recovery = this.most;
    this.fast = true;
    return "lost";
  }

  /** Answers whether it is another one. */
  private updateWindow(sequence: number, acknowledged: number, window: number): boolean {
    const at = this.windowAt;
    const newer =
      after(sequence, at.sequence) > 0 || (sequence === at.sequence && after(acknowledged, at.acknowledged) >= 0);
    if (!newer) return false;
    this.windowAt = { sequence, acknowledged };
    const changed = window !== this.window;
    this.window = window;
    return changed;
  }

  private advance(count: number, acknowledged: number, now: number): void {
    const bytes = Math.min(count, this.queue.length);
    this.queue.drop(bytes);
    // One more is the end.
    if (count > bytes) this.ended = true;
    this.first = acknowledged;
    if (after(this.next, this.first) < 0) this.next = this.first;
    this.duplicates = 0;
    this.roundTrip.retries = 0;
    if (this.timed && after(acknowledged, this.timed.sequence) >= 0) {
      this.roundTrip.measured(now - this.timed.at);
      this.timed = undefined;
    }
    if (this.recovery !== undefined && after(acknowledged, this.recovery) >= 0) this.recovery = undefined;
    const step = this.congestion < this.threshold ? count : Math.max(1, (this.mss * count) / this.congestion);
    this.congestion += step;
  }

  /** Something was lost. */
  private lose(): void {
    this.threshold = Math.max(after(this.most, this.first) / 2, 2 * this.mss);
    this.timed = undefined;
  }

  /** Nothing was acknowledged for too long: all is sent again, from the first. */
  timedOut(): void {
    this.lose();
    this.congestion = this.mss;
    this.next = this.first;
    this.duplicates = 0;
    this.recovery = this.most;
    this.fast = false;
    this.roundTrip.retries++;
  }
}

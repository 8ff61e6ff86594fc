// A virtio device whose requests take time: those the back end can do at once are done within the driver's notification, others
// complete when their promise does, in any order, several at a time. A reset lets go of what is in flight: it is finished without the
// guest, and nothing new begins before. A request may be held, and those behind it wait, until the machine goes on after a stop.

import { VirtioDevice } from "./device.js";
import type { Chain } from "./queue/virtqueue.js";

/** What a driver asked for, taken apart. */
export interface AsyncRequest {
  readonly queueIndex: number;
  readonly chain: Chain;
}

/** In place of a result: the request is held. */
export const HELD = Symbol("held");

/** A result, now or later. */
export type Outcome<T> = T | typeof HELD | Promise<T | typeof HELD>;

export abstract class AsyncVirtioDevice<R extends AsyncRequest, T> extends VirtioDevice {
  /** In flight; each settles with its request. */
  private readonly flying = new Map<R, Promise<void>>();
  private waiting: R[] = [];
  /** Of those in flight, the ones from before the last reset. */
  private stale = 0;
  /** Counts resets. */
  private generation = 0;

  /** Takes a chain apart. Throws VirtqueueError. */
  protected abstract parse(queueIndex: number, chain: Chain): R;
  /** Does a request; it may throw or reject. */
  protected abstract execute(request: R): Outcome<T>;
  /** What becomes of a request that could not be done. */
  protected abstract failure(error: unknown, request: R): T | typeof HELD;
  /** Brings a result to the guest's memory; answers the bytes written to its buffers. */
  protected abstract complete(request: R, result: T): number;

  /** Whether power-off waits for it. */
  protected keeps(_request: R): boolean {
    return false;
  }

  /** Whether no request is to be begun now; who says so kicks the queues later. */
  protected get paused(): boolean {
    return false;
  }

  /** Held until the machine goes on. */
  protected get held(): readonly R[] {
    return this.waiting;
  }

  /** Those under way that power-off waits for, with what settles with each. */
  protected get kept(): [R, Promise<void>][] {
    return [...this.flying].filter(([request]) => this.keeps(request));
  }

  /** Answers true until the device is reset. */
  protected untilReset(): () => boolean {
    const { generation } = this;
    return () => generation === this.generation;
  }

  override get pending(): number {
    return this.flying.size;
  }

  override async quiet(): Promise<void> {
    while (this.flying.size > 0) await Promise.all(this.flying.values());
  }

  override async idle(): Promise<void> {
    while (this.kept.length > 0) await Promise.all(this.kept.map(([, settled]) => settled));
  }

  override reset(): void {
    this.generation++;
    this.stale = this.flying.size;
    this.waiting = [];
  }

  override resumed(): void {
    const again = this.waiting;
    this.waiting = [];
    for (const request of again) {
      // What follows one that fails again waits for the next time.
      if (this.waiting.length > 0) this.waiting.push(request);
      else this.start(request);
    }
    if (again.length > 0) for (const index of this.queueSizes.keys()) this.transport.notify(index);
    this.kickAll();
  }

  override handleQueue(index: number): void {
    const queue = this.transport.queue(index);
    try {
      while (this.stale === 0 && this.waiting.length === 0 && !this.paused) {
        const chain = queue.pop();
        if (chain === undefined) break;
        this.start(this.parse(index, chain));
      }
    } finally {
      this.transport.notify(index);
    }
  }

  /** Has all queues looked at. */
  protected kickAll(): void {
    for (const index of this.queueSizes.keys()) this.transport.kick(index);
  }

  private start(request: R): void {
    let outcome: Outcome<T>;
    try {
      outcome = this.execute(request);
    } catch (error) {
      outcome = this.failure(error, request);
    }
    if (outcome instanceof Promise) this.await(request, outcome);
    else this.finish(request, outcome);
  }

  private await(request: R, outcome: Promise<T | typeof HELD>): void {
    const current = this.untilReset();
    const settled = outcome
      .catch((error: unknown) => (current() ? this.failure(error, request) : HELD))
      .then((result) => {
        this.flying.delete(request);
        if (current()) {
          this.finish(request, result);
          this.transport.notify(request.queueIndex);
        } else if (--this.stale === 0) this.kickAll();
      });
    this.flying.set(request, settled);
  }

  private finish(request: R, result: T | typeof HELD): void {
    if (result === HELD) {
      this.waiting.push(request);
      return;
    }
    const written = this.complete(request, result);
    this.transport.queue(request.queueIndex).push(request.chain, written);
  }
}

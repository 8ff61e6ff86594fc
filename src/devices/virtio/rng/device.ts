// Entropy device. Virtio 1.2, section 5.4: fills whatever it is given.

import type { Clock, DeviceState, EntropySource, Timer } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import { type AsyncRequest, AsyncVirtioDevice } from "../async.js";
import { copyIn, slice } from "../queue/segments.js";
import type { Chain } from "../queue/virtqueue.js";

/** Most bytes given for one request, so that a huge buffer does not hold up the machine. */
const MAX_BYTES = 65536;

/** Most bytes in each period of the machine's time. What is asked for beyond them waits for the next period. */
export interface RngLimit {
  readonly clock: Clock;
  readonly maxBytes: number;
  readonly periodNs: number;
}

export class VirtioRng extends AsyncVirtioDevice<AsyncRequest, Uint8Array> {
  override readonly name = "virtio-rng";
  override readonly deviceId = 4;
  override readonly pciClass = 0xff0000;
  override readonly queueSizes = [8];
  override readonly features = [];
  private readonly timer: Timer | undefined;
  /** Bytes left in this period, and its end in virtual time; 0: none has begun. */
  private left = Number.POSITIVE_INFINITY;
  private end = 0;

  constructor(
    private readonly source: EntropySource,
    private readonly limit?: RngLimit,
  ) {
    super();
    if (limit) this.left = limit.maxBytes;
    this.timer = limit?.clock.timer(() => this.nextPeriod());
  }

  protected override get paused(): boolean {
    return this.left === 0;
  }

  protected override parse(queueIndex: number, chain: Chain): AsyncRequest {
    return { queueIndex, chain };
  }

  protected override execute({ chain }: AsyncRequest): Uint8Array {
    // Not filled in place: hosts' generators refuse shared memory.
    const bytes = new Uint8Array(Math.min(chain.writableLength, MAX_BYTES, this.left));
    this.source.fill(bytes);
    if (this.limit) this.spend(bytes.length, this.limit);
    return bytes;
  }

  protected override complete({ chain }: AsyncRequest, bytes: Uint8Array): number {
    return copyIn(this.transport.memory, slice(chain.writable, 0, bytes.length), bytes);
  }

  protected override failure(error: unknown): never {
    throw error;
  }

  override save(): DeviceState {
    return this.limit ? { left: this.left, end: this.end } : {};
  }

  override load(state: StateReader): void {
    if (!this.limit) return;
    this.left = state.uint("left", this.limit.maxBytes);
    this.end = state.uint("end", Number.MAX_SAFE_INTEGER);
  }

  override settle(): void {
    if (this.end > 0) this.timer?.arm(this.end);
    else this.timer?.cancel();
  }

  private spend(bytes: number, { clock, periodNs }: RngLimit): void {
    this.left -= bytes;
    if (this.end > 0) return;
    this.end = clock.now() + periodNs;
    this.settle();
  }

  private nextPeriod(): void {
    this.left = this.limit!.maxBytes;
    this.end = 0;
    this.kickAll();
  }
}

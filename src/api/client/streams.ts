// The user's side of a channel: byte messages as WHATWG streams. Output is acknowledged as it is read, input as the machine
// takes it, so that neither side runs away from the other.

import { MachineError } from "../../machine/host.js";
import { INPUT_WINDOW, OUTPUT_WINDOW } from "../../tuning/host.js";
import type { MachineStreams } from "../api.js";

export interface ChannelSink {
  input(bytes: Uint8Array): void;
  taken(count: number): void;
}

export class ChannelStreams implements MachineStreams {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  private reader!: ReadableStreamDefaultController<Uint8Array>;
  private writer!: WritableStreamDefaultController;
  /** Arrived and not read; acknowledged already or not. */
  private readonly queue: { bytes: Uint8Array; acknowledged: boolean }[] = [];
  private queued = 0;
  private wanted = false;
  private closed = false;
  /** Input under way. */
  private pending = 0;
  private resume: (() => void) | undefined;

  constructor(private readonly sink: ChannelSink) {
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.reader = controller;
        },
        pull: () => {
          this.wanted = true;
          this.deliver();
        },
        cancel: () => {
          this.drop(0);
          this.closed = true;
        },
      },
      // Nothing is pulled before somebody reads.
      { highWaterMark: 0 },
    );
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.writer = controller;
      },
      write: (bytes) => this.write(bytes),
    });
  }

  /** Output of the machine. */
  arrived(bytes: Uint8Array): void {
    if (this.closed) {
      this.sink.taken(bytes.length);
      return;
    }
    const unread = !this.readable.locked;
    this.queue.push({ bytes, acknowledged: unread });
    this.queued += bytes.length;
    if (unread) {
      this.sink.taken(bytes.length);
      this.drop(OUTPUT_WINDOW);
    }
    this.deliver();
  }

  /** Input beside that of the stream. */
  type(bytes: Uint8Array): void {
    if (this.closed) return;
    this.pending += bytes.length;
    this.sink.input(bytes);
  }

  /** The machine has taken so many bytes of input. */
  accepted(count: number): void {
    this.pending -= count;
    if (this.pending < INPUT_WINDOW) {
      this.resume?.();
      this.resume = undefined;
    }
  }

  /** The machine is gone: what it wrote can still be read. */
  end(): void {
    if (this.closed) return;
    this.closed = true;
    this.resume?.();
    this.writer.error(new MachineError("the machine has ended", { code: "ERR_ENDED" }));
    if (this.queue.length === 0) this.reader.close();
  }

  private deliver(): void {
    if (!this.wanted) return;
    const next = this.queue.shift();
    if (!next) return;
    this.wanted = false;
    this.queued -= next.bytes.length;
    if (!next.acknowledged) this.sink.taken(next.bytes.length);
    this.reader.enqueue(next.bytes);
    if (this.closed && this.queue.length === 0) this.reader.close();
  }

  /** Forgets the oldest output but for about `keep` bytes. */
  private drop(keep: number): void {
    while (this.queued > keep) {
      const oldest = this.queue.shift()!;
      this.queued -= oldest.bytes.length;
      if (!oldest.acknowledged) this.sink.taken(oldest.bytes.length);
    }
  }

  private write(bytes: Uint8Array): void | Promise<void> {
    if (!(bytes instanceof Uint8Array)) throw new TypeError("a machine's input must be Uint8Arrays");
    if (this.closed) throw new MachineError("the machine has ended", { code: "ERR_ENDED" });
    if (bytes.length === 0) return;
    this.pending += bytes.length;
    this.sink.input(bytes);
    if (this.pending < INPUT_WINDOW) return;
    return new Promise((resolve) => {
      this.resume = resolve;
    });
  }
}

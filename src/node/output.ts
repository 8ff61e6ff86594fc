// Output of the process: consoles, log, warnings. It is gathered while the guest runs and written once per turn of the event loop.
// Nothing here waits for a reader: what is not taken stays, and the gate tells the machine to stand still meanwhile, with the
// terminal's keys and signals served.

import * as fs from "node:fs";
import { Socket } from "node:net";
import type { OutputGate } from "../machine/host.js";
import { OUTPUT_FLUSH_BYTES, OUTPUT_RETRY_MOST_MS, OUTPUT_RETRY_MS, OUTPUT_UNREAD_BYTES } from "../tuning/host.js";

/** All the outputs of a machine. */
export class Outputs implements OutputGate {
  onRoom?: () => void;
  private readonly full = new Set<OutputBuffer>();

  get closed(): boolean {
    return this.full.size > 0;
  }

  /** For the outputs. */
  report(output: OutputBuffer, full: boolean): void {
    if (full) this.full.add(output);
    else if (this.full.delete(output) && this.full.size === 0) this.onRoom?.();
  }
}

export class OutputBuffer {
  private bytes = Buffer.alloc(OUTPUT_FLUSH_BYTES);
  private length = 0;
  private scheduled = false;
  private broken = false;
  private retry = OUTPUT_RETRY_MS;
  private timer: NodeJS.Timeout | undefined;
  private emptied: (() => void) | undefined;
  private descriptor: Descriptor | undefined;

  /** `onBroken` is called once when nobody reads any more (EPIPE) or the host refuses. */
  constructor(
    private readonly fd: number,
    private readonly outputs: Outputs,
    private readonly onBroken: () => void = () => {},
  ) {}

  write(bytes: Uint8Array): void {
    if (this.broken) return;
    const length = this.length + bytes.length;
    if (length > this.bytes.length) {
      const larger = Buffer.alloc(Math.max(2 * this.bytes.length, length));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    this.bytes.set(bytes, this.length);
    this.length = length;
    // A timer runs while the reader is behind.
    if (this.timer) this.tell();
    else if (this.length >= OUTPUT_FLUSH_BYTES) this.flush();
    else if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        if (!this.timer) this.flush();
      });
    }
  }

  /** Resolves when all is with the host, or after `patience` milliseconds: the rest is lost then. */
  async close(patience = Number.POSITIVE_INFINITY): Promise<void> {
    if (!this.timer && this.length > 0) this.flush();
    if (this.length > 0) {
      await new Promise<void>((resolve) => {
        this.emptied = resolve;
        if (patience !== Number.POSITIVE_INFINITY) setTimeout(resolve, patience);
      });
    }
    clearTimeout(this.timer);
    this.length = 0;
    this.broken = true;
    this.tell();
    this.descriptor?.close();
  }

  /** Hands the host as much as it takes now. */
  private flush(): void {
    this.timer = undefined;
    this.descriptor ??= openWithoutWaiting(this.fd);
    let at = 0;
    while (at < this.length) {
      try {
        at += fs.writeSync(this.descriptor.fd, this.bytes, at, this.length - at);
        this.retry = OUTPUT_RETRY_MS;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EAGAIN") {
          this.timer = setTimeout(() => this.flush(), this.retry);
          this.retry = Math.min(2 * this.retry, OUTPUT_RETRY_MOST_MS);
          break;
        }
        at = this.length;
        this.broken = true;
        this.onBroken();
      }
    }
    this.bytes.copyWithin(0, at, this.length);
    this.length -= at;
    this.tell();
    if (this.length === 0) this.emptied?.();
  }

  private tell(): void {
    this.outputs.report(this, this.length >= OUTPUT_UNREAD_BYTES);
  }
}

interface Descriptor {
  readonly fd: number;
  close(): void;
}

/** The same file by a descriptor whose writes do not wait; nobody else who has the file open is affected where that can be had. */
function openWithoutWaiting(fd: number): Descriptor {
  const same = { fd, close() {} };
  try {
    const kind = fs.fstatSync(fd);
    if (kind.isFile()) return same;
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = fs.constants;
    if (kind.isFIFO() || kind.isCharacterDevice()) {
      const own = openAgain(fd, O_WRONLY | O_NONBLOCK | O_NOCTTY);
      if (own !== undefined) return { fd: own, close: () => fs.closeSync(own) };
    }
    // Sockets cannot be opened again: Node makes the descriptor itself so, until the process ends.
    if (kind.isSocket() || kind.isFIFO()) sockets.push(new Socket({ fd, readable: false, writable: false }).unref());
  } catch {
    // A descriptor that is closed: its first write says so.
  }
  return same;
}

/** What makes a descriptor non-blocking must not be collected: that would close it. */
const sockets: Socket[] = [];

function openAgain(fd: number, flags: number): number | undefined {
  try {
    return fs.openSync(`/proc/self/fd/${fd}`, flags);
  } catch {
    // No /proc, another user's pipe, or nobody has it open for reading.
    return undefined;
  }
}

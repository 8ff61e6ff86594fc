// Console output. The guest writes byte by byte; the host is called once per turn of the event loop.

import * as fs from "node:fs";

const FLUSH_AT = 8192;

export class OutputBuffer {
  private readonly bytes = Buffer.alloc(FLUSH_AT);
  private length = 0;
  private scheduled = false;
  private broken = false;

  /** `onBroken` is called once when nobody reads any more (EPIPE) or the host refuses. */
  constructor(
    private readonly fd: number,
    private readonly onBroken: () => void,
  ) {}

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + FLUSH_AT - this.length);
      this.bytes.set(piece, this.length);
      this.length += piece.length;
      at += piece.length;
      if (this.length === FLUSH_AT) this.flush();
    }
    if (this.length > 0 && !this.scheduled) {
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        this.flush();
      });
    }
  }

  /** Everything written so far is with the host afterwards. */
  flush(): void {
    let at = 0;
    while (at < this.length && !this.broken) {
      try {
        at += fs.writeSync(this.fd, this.bytes, at, this.length - at);
      } catch (error) {
        // A terminal or pipe that is full: wait for its reader, as a blocking descriptor would.
        if ((error as NodeJS.ErrnoException).code === "EAGAIN") Atomics.wait(pause, 0, 0, 5);
        else {
          this.broken = true;
          this.onBroken();
        }
      }
    }
    this.length = 0;
  }
}

const pause = new Int32Array(new SharedArrayBuffer(4));

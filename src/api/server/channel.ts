// The machine's side of a channel: a character device whose bytes are posted. Output is gathered until the run loop gives
// way to the host; input waits here until the device takes it.

import type { TerminalSize } from "../../devices/interfaces.js";
import type { HostChardev } from "../../machine/host.js";

/** A piece of output is posted at this size, if not before. */
const PIECE = 32 << 10;

export interface ChannelPosts {
  output(bytes: Uint8Array): void;
  accepted(count: number): void;
}

export class Channel implements HostChardev {
  receive?: (bytes: Uint8Array) => number;
  breakReceived?: () => void;
  opened?: (open: boolean) => void;
  resized?: () => void;
  /** Of the terminal at the user's end, where that has been said. */
  size: TerminalSize | undefined;
  /** Bytes posted and not yet taken by a reader. */
  unread = 0;
  private piece = new Uint8Array(256);
  private length = 0;
  private waiting: Uint8Array = new Uint8Array(0);
  private offering = false;

  constructor(
    private readonly posts: ChannelPosts,
    readonly piped: boolean,
    /** Sees the output as it is written. */
    private readonly onWrite?: (bytes: Uint8Array) => void,
  ) {}

  write(bytes: Uint8Array): void {
    this.onWrite?.(bytes);
    if (this.length + bytes.length > this.piece.length) {
      const larger = new Uint8Array(Math.max(this.piece.length * 2, this.length + bytes.length));
      larger.set(this.piece.subarray(0, this.length));
      this.piece = larger;
    }
    this.piece.set(bytes, this.length);
    this.length += bytes.length;
    if (this.length >= PIECE) this.flush();
  }

  /** Posts what was written. */
  flush(): void {
    if (this.length === 0) return;
    const bytes = this.piece.slice(0, this.length);
    this.length = 0;
    this.unread += bytes.length;
    this.posts.output(bytes);
  }

  /** Bytes from the user. */
  input(bytes: Uint8Array): void {
    const joined = new Uint8Array(this.waiting.length + bytes.length);
    joined.set(this.waiting);
    joined.set(bytes, this.waiting.length);
    this.waiting = joined;
    this.offer();
  }

  /** What the device has not taken is dropped. */
  forget(): void {
    this.waiting = new Uint8Array(0);
  }

  resize(size: TerminalSize): void {
    this.size = size;
    this.resized?.();
  }

  drained = (): void => {
    this.offer();
  };

  close(): void {
    this.flush();
  }

  private offer(): void {
    // The device calls drained() while it takes bytes: one offer at a time, repeated while bytes are taken.
    if (this.offering) return;
    this.offering = true;
    let accepted = 0;
    try {
      while (this.waiting.length > 0 && this.receive) {
        const taken = this.receive(this.waiting);
        if (taken <= 0) break;
        this.waiting = this.waiting.subarray(taken);
        accepted += taken;
      }
    } finally {
      this.offering = false;
    }
    if (accepted > 0) this.posts.accepted(accepted);
  }
}

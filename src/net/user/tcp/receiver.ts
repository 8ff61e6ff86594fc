// Bytes from the guest to the host. What is acknowledged is what the host's socket has taken; the window is the room behind that.

import { NET_RECEIVE_WINDOW } from "../../../tuning/network.js";
import { add, after } from "./segment.js";

const MOST_PIECES = 128;
/** A window that is not scaled. */
const LARGEST_PLAIN = 65535;

interface Piece {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

export class Receiver {
  /** The next byte, and of those before it the ones that the host's socket has not taken. */
  next: number;
  untaken = 0;
  /** The guest has sent all. */
  finished = false;
  /** The host's socket takes nothing: the window is closed. */
  stalled = false;
  private readonly early: Piece[] = [];
  private earlyBytes = 0;
  private finAt: number | undefined;
  private readonly size: number;

  /** `first`: sequence number of the first byte. */
  constructor(
    first: number,
    readonly shift: number,
  ) {
    this.next = first;
    this.size = Math.min(NET_RECEIVE_WINDOW, LARGEST_PLAIN << shift);
  }

  /** What is acknowledged: the end too, when all before it is taken. */
  get acknowledged(): number {
    return add(this.next, -this.untaken + (this.finished && this.untaken === 0 ? 1 : 0));
  }

  /** As it stands in a header. */
  get window(): number {
    return this.stalled ? 0 : this.size >> this.shift;
  }

  /** Bytes that are held for the guest's connection. */
  get held(): number {
    return this.untaken + this.earlyBytes;
  }

  /** Whether a segment of `length` at `sequence` touches what is expected. */
  expects(sequence: number, length: number): boolean {
    const edge = add(this.next, -this.untaken + this.size);
    return after(sequence, edge) <= 0 && after(add(sequence, length), add(this.next, -this.untaken)) >= 0;
  }

  /** Takes bytes; `deliver` is given those that are next. False: they came out of order, or again. */
  take(sequence: number, data: Uint8Array, fin: boolean, deliver: (bytes: Uint8Array) => void): boolean {
    const edge = add(this.next, -this.untaken + this.size);
    const room = Math.max(0, after(edge, sequence));
    const bytes = data.length > room ? data.subarray(0, room) : data;
    if (fin && bytes.length === data.length && this.finAt === undefined) this.finAt = add(sequence, data.length);
    const old = after(this.next, sequence);
    if (old < 0) {
      this.keep(sequence, bytes);
      return false;
    }
    const before = this.next;
    if (old < bytes.length) this.accept(bytes.subarray(old), deliver);
    this.acceptEarly(deliver);
    if (this.finAt === this.next) this.finished = true;
    return this.next !== before || this.finished;
  }

  private accept(bytes: Uint8Array, deliver: (bytes: Uint8Array) => void): void {
    if (this.finished) return;
    this.next = add(this.next, bytes.length);
    this.untaken += bytes.length;
    deliver(bytes);
  }

  private keep(sequence: number, bytes: Uint8Array): void {
    if (bytes.length === 0 || this.early.length === MOST_PIECES || this.earlyBytes + bytes.length > this.size) return;
    if (this.early.some((piece) => piece.sequence === sequence && piece.bytes.length >= bytes.length)) return;
    this.early.push({ sequence, bytes: bytes.slice() });
    this.early.sort((a, b) => after(a.sequence, b.sequence));
    this.earlyBytes += bytes.length;
  }

  private acceptEarly(deliver: (bytes: Uint8Array) => void): void {
    while (this.early.length > 0 && after(this.early[0]!.sequence, this.next) <= 0) {
      const { sequence, bytes } = this.early.shift()!;
      this.earlyBytes -= bytes.length;
      const old = after(this.next, sequence);
      if (old < bytes.length) this.accept(bytes.subarray(old), deliver);
    }
  }
}

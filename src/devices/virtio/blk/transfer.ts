// Moves data between an image and guest memory. What the image can answer at once is moved at once, into and out of guest
// memory itself; the rest goes through a buffer, because views of guest memory may not be kept across events.

import type { BlockBackend } from "../../../block/interfaces.js";
import { BLK_BUFFER_BYTES, BLK_DIRECT_BYTES } from "../../../tuning/devices.js";
import type { GuestMemory } from "../../interfaces.js";
import { copyIn, copyOut, type Segment, slice } from "../queue/segments.js";

/** One transfer: the bytes of `segments`, `length` in all, at `offset` of the image. */
export interface Transfer {
  readonly offset: number;
  readonly length: number;
  readonly segments: readonly Segment[];
}

export class Transfers {
  private scratch = new Uint8Array(0);

  constructor(
    private readonly memory: GuestMemory,
    private readonly backend: BlockBackend,
  ) {}

  /** Image to guest: true when done; false when it has to be `readLater`. Throws what the back end throws. */
  readNow({ offset, length, segments }: Transfer): boolean {
    const { backend, memory } = this;
    if (backend.readSync === undefined) return false;
    if (!isDirect(segments, length)) {
      const buffer = this.buffer(length);
      return backend.readSync(offset, buffer) && copyIn(memory, segments, buffer) === length;
    }
    let at = offset;
    for (const segment of segments) {
      const view = memory.writable(segment.address, segment.length);
      if (view === undefined) return false;
      try {
        if (!backend.readSync(at, view)) return false;
      } finally {
        memory.dirty(segment.address, segment.length);
      }
      at += segment.length;
    }
    return true;
  }

  /** Guest to image. */
  writeNow({ offset, length, segments }: Transfer): boolean {
    const { backend, memory } = this;
    if (backend.writeSync === undefined) return false;
    if (!isDirect(segments, length)) {
      const buffer = this.buffer(length);
      return copyOut(memory, segments, buffer) === length && backend.writeSync(offset, buffer);
    }
    let at = offset;
    for (const segment of segments) {
      const view = memory.view(segment.address, segment.length);
      if (view === undefined || !backend.writeSync(at, view)) return false;
      at += segment.length;
    }
    return true;
  }

  /** `wanted` is asked before guest memory is written: the device may have been reset meanwhile. */
  async readLater(transfer: Transfer, wanted: () => boolean): Promise<void> {
    for (const { offset, length, segments } of pieces(transfer)) {
      const buffer = new Uint8Array(length);
      await this.backend.read(offset, buffer);
      if (!wanted()) return;
      copyIn(this.memory, segments, buffer);
    }
  }

  /** Once not `wanted`, guest memory may hold other things and is not read any more. */
  async writeLater(transfer: Transfer, wanted: () => boolean): Promise<void> {
    for (const { offset, length, segments } of pieces(transfer)) {
      if (!wanted()) return;
      const buffer = new Uint8Array(length);
      copyOut(this.memory, segments, buffer);
      await this.backend.write(offset, buffer);
    }
  }

  private buffer(length: number): Uint8Array {
    if (this.scratch.length < length) this.scratch = new Uint8Array(length);
    return this.scratch.subarray(0, length);
  }
}

/** The guest chooses how long a request is; the host's memory it takes is bounded. */
function* pieces({ offset, length, segments }: Transfer): Generator<Transfer> {
  for (let at = 0; at < length; at += BLK_BUFFER_BYTES) {
    const part = Math.min(BLK_BUFFER_BYTES, length - at);
    yield { offset: offset + at, length: part, segments: slice(segments, at, part) };
  }
}

/** One call of the back end per segment costs more than a copy when the segments are small. */
function isDirect(segments: readonly Segment[], length: number): boolean {
  return segments.length === 1 || length > BLK_BUFFER_BYTES || length / segments.length >= BLK_DIRECT_BYTES;
}

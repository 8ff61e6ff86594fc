// An image in memory that takes room only for what is not zero: disks are mostly empty. It is filled in order, as bytes
// arrive from a stream, or made with its size, and can then be read and written.

import { allocate } from "../allocate.js";
import type { BlockBackend } from "../interfaces.js";
import { checkRange } from "../range.js";

const CHUNK = 65536;

export class SparseMemory implements BlockBackend {
  readonly readOnly = false;
  private readonly chunks = new Map<number, Uint8Array>();

  /** `length` bytes of zeros to begin with. */
  constructor(private length = 0) {}

  get size(): number {
    return this.length;
  }

  /** Bytes of memory taken. */
  get allocated(): number {
    return this.chunks.size * CHUNK;
  }

  /** Adds bytes at the end; for filling, before the image is used. */
  append(bytes: Uint8Array): void {
    const offset = this.length;
    this.length += bytes.length;
    this.store(offset, bytes);
  }

  grow(size: number): void {
    this.length = Math.max(this.length, size);
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    this.readSync(offset, into);
  }

  async write(offset: number, from: Uint8Array): Promise<void> {
    this.writeSync(offset, from);
  }

  readSync(offset: number, into: Uint8Array): boolean {
    checkRange("Read", this.length, offset, into.length);
    for (const { at, chunk, inChunk, length } of pieces(offset, into.length)) {
      const data = this.chunks.get(chunk);
      if (data) into.set(data.subarray(inChunk, inChunk + length), at);
      else into.fill(0, at, at + length);
    }
    return true;
  }

  writeSync(offset: number, from: Uint8Array): boolean {
    checkRange("Write", this.length, offset, from.length);
    this.store(offset, from);
    return true;
  }

  async flush(): Promise<void> {}

  flushSync(): boolean {
    return true;
  }

  async close(): Promise<void> {
    this.chunks.clear();
  }

  private store(offset: number, from: Uint8Array): void {
    for (const { at, chunk, inChunk, length } of pieces(offset, from.length)) {
      const piece = from.subarray(at, at + length);
      let data = this.chunks.get(chunk);
      if (!data) {
        if (isZero(piece)) continue;
        data = allocate(CHUNK);
        this.chunks.set(chunk, data);
      }
      data.set(piece, inChunk);
    }
  }
}

function* pieces(
  offset: number,
  length: number,
): Generator<{ at: number; chunk: number; inChunk: number; length: number }> {
  for (let at = 0; at < length; ) {
    const inChunk = (offset + at) % CHUNK;
    const piece = Math.min(CHUNK - inChunk, length - at);
    yield { at, chunk: (offset + at - inChunk) / CHUNK, inChunk, length: piece };
    at += piece;
  }
}

function isZero(bytes: Uint8Array): boolean {
  let at = 0;
  const end = bytes.length;
  if (bytes.byteOffset % 4 === 0) {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, end >> 2);
    for (let k = 0; k < words.length; k++) if (words[k] !== 0) return false;
    at = words.length * 4;
  }
  for (; at < end; at++) if (bytes[at] !== 0) return false;
  return true;
}

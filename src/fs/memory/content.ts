// The bytes of a file in memory, in pages; what was never written takes none and reads as zeros.

import { refuse } from "../errno.js";

const PAGE = 65536;
/** Smallest part of a page that there is: a small file takes little. */
const LEAST = 512;
/** Longest file. */
export const SIZE_MAX = 2 ** 43;

/** Room for contents: whoever takes of it asks. */
export interface Room {
  /** Throws ENOSPC where there are not so many bytes left; a negative number gives some back. */
  take(bytes: number): void;
}

export class Content {
  /** A page may be shorter than PAGE: what is behind its end reads as zeros. */
  private readonly pages = new Map<number, Uint8Array>();
  private length = 0;
  private taken = 0;

  constructor(private readonly room: Room) {}

  get size(): number {
    return this.length;
  }

  /** Bytes it takes. */
  get bytes(): number {
    return this.taken;
  }

  read(offset: number, into: Uint8Array): number {
    const count = Math.max(0, Math.min(into.length, this.length - offset));
    for (let at = 0; at < count; ) {
      const start = (offset + at) % PAGE;
      const length = Math.min(PAGE - start, count - at);
      const part = this.pages.get(Math.floor((offset + at) / PAGE))?.subarray(start, start + length);
      if (part !== undefined) into.set(part, at);
      into.fill(0, at + (part?.length ?? 0), at + length);
      at += length;
    }
    return count;
  }

  /** What there is no room for is not written: fewer bytes are answered, or ENOSPC thrown where it is none. */
  write(offset: number, from: Uint8Array): number {
    if (from.length === 0) return 0;
    if (offset + from.length > SIZE_MAX) return refuse("EFBIG");
    let at = 0;
    try {
      while (at < from.length) {
        const start = (offset + at) % PAGE;
        const length = Math.min(PAGE - start, from.length - at);
        this.page(Math.floor((offset + at) / PAGE), start + length).set(from.subarray(at, at + length), start);
        at += length;
      }
    } catch (error) {
      if (at === 0) throw error;
    }
    this.length = Math.max(this.length, offset + at);
    return at;
  }

  resize(size: number): void {
    if (size > SIZE_MAX) refuse("EFBIG");
    if (size < this.length) this.forget(size, Number.POSITIVE_INFINITY);
    this.length = size;
  }

  /** Zeros there, and no memory where whole pages are. */
  forget(from: number, to: number): void {
    const first = Math.floor(from / PAGE);
    for (const [index, page] of this.affected(first, Math.ceil(to / PAGE))) {
      const start = Math.max(0, from - index * PAGE);
      const end = to - index * PAGE;
      if (start === 0 && end >= page.length) {
        this.pages.delete(index);
        this.take(-page.length);
      } else {
        page.fill(0, start, Math.max(start, Math.min(end, page.length)));
      }
    }
  }

  /** Makes sure that there is memory for these bytes. */
  reserve(from: number, to: number): void {
    // As if none were there yet: what there is no room for is not begun.
    this.room.take(to - from);
    this.room.take(from - to);
    for (let index = Math.floor(from / PAGE); index * PAGE < to; index++) {
      this.page(index, Math.min(PAGE, to - index * PAGE));
    }
  }

  /** The first byte from `offset` on that has memory, or has none. Undefined: none before the end. */
  seek(offset: number, data: boolean): number | undefined {
    let at = offset;
    while (at < this.length) {
      const page = this.pages.get(Math.floor(at / PAGE));
      const there = page !== undefined && at % PAGE < page.length;
      if (there === data) return at;
      if (there) at += page.length - (at % PAGE);
      else at = this.nextPage(at) * PAGE;
    }
    return undefined;
  }

  /** Behind the page at `offset`: a file may be long and nearly empty. */
  private nextPage(offset: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const index of this.pages.keys()) if (index * PAGE > offset) next = Math.min(next, index);
    return next;
  }

  private affected(first: number, end: number): [number, Uint8Array][] {
    if (end - first > this.pages.size) return [...this.pages].filter(([index]) => index >= first && index < end);
    const result: [number, Uint8Array][] = [];
    for (let index = first; index < end; index++) {
      const page = this.pages.get(index);
      if (page) result.push([index, page]);
    }
    return result;
  }

  /** A page with at least so many bytes. */
  private page(index: number, length: number): Uint8Array {
    const old = this.pages.get(index);
    if (old !== undefined && old.length >= length) return old;
    let size = Math.max(LEAST, old?.length ?? 0);
    while (size < length) size *= 2;
    this.take(size - (old?.length ?? 0));
    const page = new Uint8Array(size);
    if (old) page.set(old);
    this.pages.set(index, page);
    return page;
  }

  private take(bytes: number): void {
    this.room.take(bytes);
    this.taken += bytes;
  }
}

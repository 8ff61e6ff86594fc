// What the files of one file system in memory share: its room, its clock, its inode numbers.

import { refuse } from "../errno.js";
import type { Moment } from "../interfaces.js";
import type { Room } from "./content.js";

/** Memory a file takes besides its contents, about: what a guest makes counts. */
export const NODE_BYTES = 512;

export class Volume implements Room {
  readOnly = false;
  private used = 0;
  private lastId = 0;
  files = 0;

  constructor(
    readonly quota: number,
    /** Milliseconds since 1970. */
    private readonly date: () => number,
  ) {}

  get left(): number {
    return this.quota - this.used;
  }

  take(bytes: number): void {
    if (bytes > this.left) refuse("ENOSPC");
    this.used += bytes;
  }

  nextId(): number {
    return ++this.lastId;
  }

  now(): Moment {
    const date = this.date();
    const seconds = Math.floor(date / 1000);
    return { seconds, nanoseconds: Math.floor((date - seconds * 1000) * 1e6) };
  }

  mayChange(): void {
    if (this.readOnly) refuse("EROFS");
  }
}

// Descriptors of files the guest knows. Each is opened as a handle only (O_PATH): nothing can be read or written by it, devices are
// not touched, and it stays the same file whatever becomes of its names. There are only so many: those not used for long are closed,
// and opened again by their place, where the same file has to be.

import * as fs from "node:fs";

/** Linux's value on x86-64, aarch64 and riscv64; Node has no name for it. */
export const O_PATH = 0o10000000;
export const { O_NOFOLLOW, O_DIRECTORY } = fs.constants;

/** Something that has a handle and can do without for a while. */
export interface Holder {
  /** Descriptor; -1: it has none now. */
  fd: number;
  /** Cannot be opened again. */
  readonly pinned: boolean;
}

export class Handles {
  /** Those that may be closed, the one used longest ago first. */
  private readonly used = new Set<Holder>();

  constructor(readonly most: number) {}

  get size(): number {
    return this.used.size;
  }

  /** A holder uses its handle. */
  touch(holder: Holder): void {
    this.used.delete(holder);
    if (holder.pinned) return;
    this.used.add(holder);
    if (this.used.size > this.most) this.closeOld(this.used.size - this.most, holder);
  }

  /** Opens something; where there are no more descriptors, after closing what can be. */
  open(path: string, flags: number, mode?: number): number {
    try {
      return fs.openSync(path, flags, mode);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if ((code !== "EMFILE" && code !== "ENFILE") || this.used.size < 4) throw error;
      this.closeOld(this.used.size >> 1);
      return fs.openSync(path, flags, mode);
    }
  }

  close(holder: Holder): void {
    this.used.delete(holder);
    if (holder.fd >= 0) fs.closeSync(holder.fd);
    holder.fd = -1;
  }

  private closeOld(count: number, but?: Holder): void {
    // Two are needed at once: a directory, and what is in it.
    const old = [...take(this.used, count + 2)].filter((holder) => holder !== but);
    for (const holder of old.slice(0, count)) this.close(holder);
  }
}

function* take<T>(items: Iterable<T>, count: number): Generator<T> {
  for (const item of items) {
    if (count-- <= 0) return;
    yield item;
  }
}

/** The path of what a descriptor is of. Another name behind it is looked up in that directory, whatever its path has become. */
export function pathOf(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

/** A name in a directory; the bytes are the name's. */
export function pathIn(fd: number, name: string): Buffer {
  return Buffer.from(`/proc/self/fd/${fd}/${name}`, "latin1");
}

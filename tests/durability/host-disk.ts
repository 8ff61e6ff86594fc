// A host's file that forgets, when the power is cut, all that was not synced. Its writes are in the cache at once; a sync has on the
// disk, when it has ended, what was in the cache when it began, and nothing more. A sync that fails has forgotten what it was to write:
// the next one says nothing of it, as Linux does.

import { type BlockBackend, BlockError } from "../../src/block/interfaces.js";
import type { FileCalls } from "../../src/node/block-file.js";

export const SECTOR = 512;

const errno = (code: string): Error => Object.assign(new Error(code), { code });

export class HostDisk {
  /** What is on the disk. */
  readonly durable: Uint8Array;
  private readonly cache: Uint8Array;
  /** Counts writes of each sector: in the cache, and on the disk. */
  private readonly written: Uint32Array;
  private readonly synced: Uint32Array;
  private readonly dirty = new Set<number>();
  /** What the host is busy with, in the order in which it began. */
  private readonly busy: (() => void)[] = [];
  /** Whether the next write finds no room, and the next sync fails. */
  full = (): boolean => false;
  broken = (): boolean => false;

  constructor(readonly sectors: number) {
    this.durable = new Uint8Array(sectors * SECTOR);
    this.cache = new Uint8Array(sectors * SECTOR);
    this.written = new Uint32Array(sectors);
    this.synced = new Uint32Array(sectors);
  }

  get waiting(): number {
    return this.busy.length;
  }

  /** Ends one of the operations under way. */
  end(index: number): void {
    this.busy.splice(index, 1)[0]!();
  }

  /** In place of the calls of a file system. */
  calls(): FileCalls {
    const readSync = (_fd: number, into: Uint8Array, from: number, length: number, position: number): number => {
      into.set(this.cache.subarray(position, position + length), from);
      return length;
    };
    const writeSync = (_fd: number, bytes: Uint8Array, from: number, length: number, position: number): number => {
      if (this.full()) throw errno("ENOSPC");
      this.store(position, bytes.subarray(from, from + length));
      return length;
    };
    const fdatasync = (_fd: number, done: (error: Error | null) => void): void => this.sync(done);
    return { readSync, writeSync, fdatasync, ftruncateSync() {} } as unknown as FileCalls;
  }

  /** A back end without synchronous calls, whose requests overtake one another. */
  later(): BlockBackend {
    const begin = (action: () => void): Promise<void> =>
      new Promise((resolve, reject) => {
        this.busy.push(() => {
          try {
            action();
            resolve();
          } catch (error) {
            reject(error);
          }
        });
      });
    return {
      size: this.sectors * SECTOR,
      readOnly: false,
      read: (offset, into) => begin(() => into.set(this.cache.subarray(offset, offset + into.length))),
      write: (offset, from) =>
        begin(() => {
          if (this.full()) throw new BlockError("no room", true);
          this.store(offset, from);
        }),
      flush: () => new Promise((resolve, reject) => this.sync((error) => (error ? reject(error) : resolve()))),
      close: async () => {},
    };
  }

  private store(offset: number, bytes: Uint8Array): void {
    this.cache.set(bytes, offset);
    for (let sector = offset / SECTOR; sector * SECTOR < offset + bytes.length; sector++) {
      this.written[sector]!++;
      this.dirty.add(sector);
    }
  }

  private sync(done: (error: Error | null) => void): void {
    const taken = [...this.dirty].map((sector) => {
      const bytes = this.cache.slice(sector * SECTOR, (sector + 1) * SECTOR);
      return { sector, count: this.written[sector]!, bytes };
    });
    this.busy.push(() => {
      const failed = this.broken();
      for (const { sector, count, bytes } of taken) {
        // Written again meanwhile: that is still to be synced.
        if (this.written[sector] === count) this.dirty.delete(sector);
        if (failed || count <= this.synced[sector]!) continue;
        this.synced[sector] = count;
        this.durable.set(bytes, sector * SECTOR);
      }
      done(failed ? errno("EIO") : null);
    });
  }
}

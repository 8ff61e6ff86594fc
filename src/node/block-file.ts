// A disk image in a file or a block device of the host. Reads and writes are synchronous: the page cache answers in a
// microsecond or two, which is less than a trip through the event loop. Flushing waits for the disk and is asynchronous.

import * as fs from "node:fs";
import { type BlockBackend, BlockError } from "../block/interfaces.js";
import { checkRange } from "../block/range.js";
import { Syncs } from "../block/syncs.js";
import { describeError } from "./errors.js";

/** What of the host's file system an open image uses; tests put faults in. */
export type FileCalls = Pick<typeof fs, "readSync" | "writeSync" | "ftruncateSync" | "fdatasync">;

export interface BlockFileOptions {
  readonly readOnly?: boolean;
  /** False: flush does not wait for the host's disk (cache=unsafe). */
  readonly sync?: boolean;
  /** Takes the open image from others; throws when it cannot be had. */
  readonly lock?: (fd: number) => void;
  readonly calls?: FileCalls;
}

/** A signal, or a file system that has nothing right now: once more. So many times, then it is an error. */
const AGAIN = ["EINTR", "EAGAIN"];
const TRIES = 100;
/** No room for what is written. */
const FULL = ["ENOSPC", "EDQUOT"];
/** Block devices have whole sectors. */
const SECTOR = 512;

export class BlockFile implements BlockBackend {
  private readonly syncs: Syncs;
  private closed = false;
  /** Something was written. */
  private changed = false;

  private constructor(
    private readonly fd: number,
    private readonly path: string,
    private length: number,
    readonly readOnly: boolean,
    private readonly sync: boolean,
    private readonly calls: FileCalls,
  ) {
    this.syncs = new Syncs(() => this.syncData());
  }

  /** Opens `path`, for writing unless `readOnly`; throws BlockError with one sentence saying why not. */
  static open(path: string, options: BlockFileOptions = {}): BlockFile {
    const { readOnly = false, sync = true, calls = fs, lock } = options;
    const fd = open(path, readOnly);
    try {
      lock?.(fd);
      return new BlockFile(fd, path, sizeOf(fd, path), readOnly, sync, calls);
    } catch (error) {
      fs.closeSync(fd);
      throw error;
    }
  }

  get size(): number {
    return this.length;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    this.readSync(offset, into);
  }

  async write(offset: number, from: Uint8Array): Promise<void> {
    this.writeSync(offset, from);
  }

  readSync(offset: number, into: Uint8Array): boolean {
    checkRange("Read", this.length, offset, into.length);
    this.transfer("read", offset, into, this.calls.readSync);
    return true;
  }

  writeSync(offset: number, from: Uint8Array): boolean {
    this.refuseReadOnly();
    checkRange("Write", this.length, offset, from.length);
    this.wrote();
    this.transfer("write", offset, from, this.calls.writeSync);
    return true;
  }

  grow(size: number): void {
    this.refuseReadOnly();
    this.wrote();
    try {
      this.calls.ftruncateSync(this.fd, size);
    } catch (error) {
      throw failure(`Could not lengthen '${this.path}'`, error);
    }
    this.length = size;
  }

  flush(): Promise<void> {
    return this.flushSync() ? Promise.resolve() : this.syncs.flush();
  }

  flushSync(): boolean {
    return this.readOnly || !this.sync || this.syncs.done;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    const gone = this.changed && fs.fstatSync(this.fd).nlink === 0;
    fs.closeSync(this.fd);
    if (gone) throw new BlockError(`'${this.path}' was deleted while it was in use: what was written to it is gone`);
  }

  private wrote(): void {
    this.changed = true;
    this.syncs.wrote();
  }

  private syncData(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.calls.fdatasync(this.fd, (error) => {
        if (error === null) return resolve();
        // The host forgets what it could not write, so nothing that is done later makes it good.
        const rest = "what was written since the last flush may be lost, and no flush works until it is opened anew";
        reject(new BlockError(`Could not flush '${this.path}': ${describeError(error)}; ${rest}`));
      });
    });
  }

  private refuseReadOnly(): void {
    if (this.readOnly) throw new BlockError(`Write to '${this.path}', which is open read-only`);
  }

  private transfer(
    verb: "read" | "write",
    offset: number,
    bytes: Uint8Array,
    call: (fd: number, buffer: Uint8Array, from: number, length: number, position: number) => number,
  ): void {
    let done = 0;
    let tries = 0;
    while (done < bytes.length) {
      let count: number;
      try {
        count = call(this.fd, bytes, done, bytes.length - done, offset + done);
      } catch (error) {
        if (AGAIN.includes((error as NodeJS.ErrnoException).code ?? "") && ++tries < TRIES) continue;
        throw failure(`Could not ${verb} '${this.path}' at offset ${offset + done}`, error);
      }
      if (count === 0) {
        throw new BlockError(
          `Could not ${verb} '${this.path}' at offset ${offset + done}: the file has become shorter`,
        );
      }
      done += count;
      tries = 0;
    }
  }
}

function open(path: string, readOnly: boolean): number {
  const { O_RDWR, O_EXCL } = fs.constants;
  try {
    if (readOnly) return fs.openSync(path, "r");
    // The kernel gives a block device that is written to nobody else, nor one that is mounted.
    const device = process.platform === "linux" && fs.statSync(path).isBlockDevice();
    return fs.openSync(path, device ? O_RDWR | O_EXCL : "r+");
  } catch (error) {
    const mounted =
      (error as NodeJS.ErrnoException).code === "EBUSY" ? " (it is mounted, or another program has it)" : "";
    throw new BlockError(`Could not open '${path}': ${describeError(error)}${mounted}`);
  }
}

function failure(what: string, error: unknown): BlockError {
  const { code } = error as NodeJS.ErrnoException;
  return new BlockError(`${what}: ${describeError(error)}`, code !== undefined && FULL.includes(code));
}

/** Bytes of an open image; throws BlockError when it is neither a file nor a block device. */
function sizeOf(fd: number, path: string): number {
  const stat = fs.fstatSync(fd);
  if (stat.isFile()) return stat.size;
  if (!stat.isBlockDevice()) {
    throw new BlockError(`Could not open '${path}': it is neither a regular file nor a block device`);
  }
  // Node cannot ask a device for its size; reads behind its end give nothing.
  const sector = new Uint8Array(SECTOR);
  const has = (index: number): boolean => fs.readSync(fd, sector, 0, SECTOR, index * SECTOR) > 0;
  let end = 1;
  while (end * SECTOR < 2 ** 52 && has(end)) end *= 2;
  let low = 0;
  while (low < end) {
    const middle = Math.floor((low + end) / 2);
    if (has(middle)) low = middle + 1;
    else end = middle;
  }
  return low * SECTOR;
}

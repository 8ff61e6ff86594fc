// A disk image in a file of the host. Reads and writes are synchronous: the page cache answers in a microsecond or two,
// which is less than a trip through the event loop. Flushing waits for the device and is asynchronous.

import * as fs from "node:fs";
import { type BlockBackend, BlockError } from "../block/interfaces.js";
import { checkRange } from "../block/range.js";

const REASONS: { readonly [code: string]: string } = {
  ENOENT: "No such file or directory",
  EACCES: "Permission denied",
  EPERM: "Operation not permitted",
  EROFS: "Read-only file system",
  EISDIR: "Is a directory",
  ENOSPC: "No space left on device",
  EIO: "Input/output error",
  EMFILE: "Too many open files",
};

export interface BlockFileOptions {
  readonly readOnly?: boolean;
  /** False: flush does not wait for the host's disk (cache=unsafe). */
  readonly sync?: boolean;
}

/** An image in a regular file. */
export class BlockFile implements BlockBackend {
  private dirty = false;
  private closed = false;

  private constructor(
    private readonly fd: number,
    private readonly path: string,
    private length: number,
    readonly readOnly: boolean,
    private readonly sync: boolean,
  ) {}

  /** Opens `path`, for writing unless `readOnly`; throws BlockError with one sentence saying why not. */
  static open(path: string, options: BlockFileOptions = {}): BlockFile {
    const readOnly = options.readOnly ?? false;
    let fd: number;
    try {
      fd = fs.openSync(path, readOnly ? "r" : "r+");
    } catch (error) {
      throw new BlockError(`Could not open '${path}': ${reason(error)}`);
    }
    try {
      const stat = fs.fstatSync(fd);
      if (!stat.isFile()) throw new BlockError(`Could not open '${path}': it is not a regular file`);
      return new BlockFile(fd, path, stat.size, readOnly, options.sync ?? true);
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
    this.transfer("read", offset, into, fs.readSync);
    return true;
  }

  writeSync(offset: number, from: Uint8Array): boolean {
    if (this.readOnly) throw new BlockError(`Write to '${this.path}', which is open read-only`);
    checkRange("Write", this.length, offset, from.length);
    this.dirty = true;
    this.transfer("write", offset, from, fs.writeSync);
    return true;
  }

  grow(size: number): void {
    if (this.readOnly) throw new BlockError(`Write to '${this.path}', which is open read-only`);
    try {
      fs.ftruncateSync(this.fd, size);
    } catch (error) {
      throw new BlockError(`Could not lengthen '${this.path}': ${reason(error)}`);
    }
    this.length = size;
    this.dirty = true;
  }

  flush(): Promise<void> {
    if (this.flushSync()) return Promise.resolve();
    // Cleared first: a write during the flush must be flushed again.
    this.dirty = false;
    return new Promise((resolve, reject) => {
      fs.fdatasync(this.fd, (error) => {
        if (error === null) return resolve();
        this.dirty = true;
        reject(new BlockError(`Could not flush '${this.path}': ${reason(error)}`));
      });
    });
  }

  flushSync(): boolean {
    return !this.dirty || !this.sync;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    fs.closeSync(this.fd);
  }

  private transfer(
    verb: "read" | "write",
    offset: number,
    bytes: Uint8Array,
    call: (fd: number, buffer: Uint8Array, from: number, length: number, position: number) => number,
  ): void {
    let done = 0;
    while (done < bytes.length) {
      let count: number;
      try {
        count = call(this.fd, bytes, done, bytes.length - done, offset + done);
      } catch (error) {
        throw new BlockError(`Could not ${verb} '${this.path}' at offset ${offset + done}: ${reason(error)}`);
      }
      if (count === 0) {
        throw new BlockError(
          `Could not ${verb} '${this.path}' at offset ${offset + done}: the file has become shorter`,
        );
      }
      done += count;
    }
  }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code !== undefined ? REASONS[code] : undefined) ?? message;
}

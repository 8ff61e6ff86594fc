// What the block layer offers to disks: a flat array of bytes with asynchronous access. Formats (raw, qcow2) and
// overlays implement it on top of another one; back ends (memory, file, http, opfs) implement it on a host.

import { oneLine } from "../base/printable.js";

export interface BlockBackend {
  /** Bytes. */
  readonly size: number;
  readonly readOnly: boolean;
  /** Fills `into` from `offset`; rejects with BlockError outside [0, size) or when the host fails. */
  read(offset: number, into: Uint8Array): Promise<void>;
  write(offset: number, from: Uint8Array): Promise<void>;
  /** Everything written before the call is on stable storage afterwards; rejects when that failed, or cannot be known. */
  flush(): Promise<void>;
  close(): Promise<void>;
  /** Optional synchronous read for data already in memory: true when `into` was filled. */
  readSync?(offset: number, into: Uint8Array): boolean;
  writeSync?(offset: number, from: Uint8Array): boolean;
  /** Optional: true when everything written is on stable storage, so that `flush` need not be awaited. */
  flushSync?(): boolean;
  /** Optional: lengthens a writable image to `size` bytes, new bytes zero; throws BlockError when the host fails. */
  grow?(size: number): void;
  /** Optional: lets go of the bytes; afterwards they are zeros or what they were. */
  discard?(offset: number, length: number): Promise<void>;
  /** Optional: the bytes are zeros afterwards, without being written one by one; `unmap`: their room is given back where there is one. */
  writeZeroes?(offset: number, length: number, unmap: boolean): Promise<void>;
  /** Optional: changes how many bytes the disk has. */
  resize?(size: number): Promise<void>;
}

export class BlockError extends Error {
  /** `full`: there is no room for what was written; it may work when the user has made some. */
  constructor(
    message: string,
    readonly full = false,
  ) {
    super(oneLine(message));
  }
}

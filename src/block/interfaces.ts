// What the block layer offers to disks: a flat array of bytes with asynchronous access. Formats (raw, qcow2) and
// overlays implement it on top of another one; back ends (memory, file, http, opfs) implement it on a host.

export interface BlockBackend {
  /** Bytes. */
  readonly size: number;
  readonly readOnly: boolean;
  /** Fills `into` from `offset`; rejects with BlockError outside [0, size) or when the host fails. */
  read(offset: number, into: Uint8Array): Promise<void>;
  write(offset: number, from: Uint8Array): Promise<void>;
  /** All completed writes are on stable storage afterwards. */
  flush(): Promise<void>;
  close(): Promise<void>;
  /** Optional synchronous read for data already in memory: true when `into` was filled. */
  readSync?(offset: number, into: Uint8Array): boolean;
  writeSync?(offset: number, from: Uint8Array): boolean;
  /** Optional: true when there is nothing left to flush, so that `flush` need not be awaited. */
  flushSync?(): boolean;
  /** Optional: lengthens a writable image to `size` bytes, new bytes zero; throws BlockError when the host fails. */
  grow?(size: number): void;
}

export class BlockError extends Error {}

// What layers need of a host: a folder of files with synchronous access, as pages have in their private file system (OPFS).

export interface SyncFile {
  /** Bytes. */
  readonly size: number;
  /** Fills `into` from `offset`, as far as the file goes; gives how many bytes that were. */
  read(offset: number, into: Uint8Array): number;
  /** Throws BlockError when it was not written whole, `full` where there is no room. */
  write(offset: number, from: Uint8Array): void;
  truncate(size: number): void;
  /** What was written is on stable storage afterwards; throws BlockError when that failed. */
  flush(): void;
  close(): void;
}

/** Nobody else has its files while they are open. */
export interface SyncFolder {
  /** For messages: what the user calls it. */
  readonly name: string;
  list(): Promise<string[]>;
  /** Opens a file, which is made where there is none. Rejects with BlockError when somebody else has it open. */
  open(file: string): Promise<SyncFile>;
}

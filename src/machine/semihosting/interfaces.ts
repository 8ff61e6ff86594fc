// What semihosting is made of: a call of a guest's, the files of a host, a console.

/** A program's call that waits to be carried out. What an architecture says of it is here: its registers, its words. */
export interface SemihostingCall {
  /** Bytes of a word of parameter blocks. */
  readonly wordBytes: 4 | 8;
  readonly operation: number;
  /** Most often the address of a block. */
  readonly parameter: bigint;
  readonly memory: {
    read(address: bigint, length: number): Uint8Array | undefined;
    write(address: bigint, bytes: Uint8Array): boolean;
    readText(address: bigint, most: number): Uint8Array | undefined;
  };
  /** The program goes on behind the call with this result. */
  finish(result: bigint): void;
}

/** What is wrong with a file, by the number that programs know it by (errno of the GNU C library). */
export class FileFailure extends Error {
  constructor(readonly errno: number) {
    super(`errno ${errno}`);
  }
}

export interface HostFile {
  /** From where it is: fewer at its end. */
  read(length: number): Promise<Uint8Array>;
  /** How many were written. */
  write(bytes: Uint8Array): Promise<number>;
  /** From its beginning. */
  seek(position: number): void;
  size(): Promise<number>;
  close(): Promise<void>;
}

/** Files of the host, as its user may use them. All reject with FileFailure. */
export interface HostFiles {
  /** `mode` as fopen's: "r", "r+", "w", "w+", "a", "a+". */
  open(name: string, mode: string): Promise<HostFile>;
  remove(name: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
}

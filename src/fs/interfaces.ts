// The file-system layer: what protocols (9p, virtio-fs) and the API ask, and what back ends (memory, a host's folder, an archive)
// answer. A file is reached by its node, which is a handle: it stays the same file when it is renamed, and lives on when it is
// unlinked, as long as somebody holds it. No operation takes a path.
//
// A name or a symlink's target is a string in which each character is one byte, so that names that are no UTF-8 stay as they are.
// Whoever asks has checked names (names.ts). Refusals are thrown, or rejected with, as FsError.

import type { Later } from "./later.js";

export interface FileSystem {
  readonly root: FsNode;
  /** Every operation that changes something is refused with EROFS. */
  readonly readOnly: boolean;
  statistics(): Later<Statistics>;
  /** Files that were written are on stable storage afterwards. */
  sync(): Later<void>;
  close(): Later<void>;
}

/** One file, of whatever kind. For one file there is one node at a time, whoever holds it. */
export interface FsNode {
  /** Inode number: unique and stable in this file system, below 2^53. */
  readonly id: number;
  /** Type of the file: one of the S_IF constants. */
  readonly kind: number;
  /** Of a directory: the one it is in; the root is in itself. */
  readonly parent?: FsNode | undefined;

  /** One holder more. Operations that answer a node answer it held. */
  hold(): this;
  /** One holder less; a file without a name and without a holder is gone. */
  release(): void;

  attributes(): Later<Attributes>;
  change(changes: Changes): Later<void>;

  /** Of a file: its contents. Of a device or a fifo, EOPNOTSUPP: these are the guest's own. */
  open(options: OpenOptions): Later<OpenFile>;
  /** Of a symlink. */
  target(): Later<string>;

  // Of a directory.
  lookup(name: string): Later<FsNode>;
  /** All that is in it now, without "." and "..". */
  entries(): Later<Entry[]>;
  /** A new file, opened: EEXIST where there is one of that name. */
  create(name: string, as: NewFile): Later<Created>;
  mkdir(name: string, as: NewFile): Later<FsNode>;
  /** A file, a device, a fifo or a socket, by the kind in its mode. */
  mknod(name: string, as: NewFile, device: DeviceNumber): Later<FsNode>;
  symlink(name: string, target: string, as: NewFile): Later<FsNode>;
  link(name: string, node: FsNode): Later<void>;
  /** `directory`: what is to be removed is one (else EISDIR or ENOTDIR). */
  unlink(name: string, directory: boolean): Later<void>;
  rename(name: string, into: FsNode, newName: string, flags: RenameFlags): Later<void>;

  /** ENODATA where it has none of that name, EOPNOTSUPP where there can be none. */
  getXattr(name: string): Later<Uint8Array>;
  setXattr(name: string, value: Uint8Array, how: XattrHow): Later<void>;
  listXattrs(): Later<string[]>;
  removeXattr(name: string): Later<void>;
}

/** An open file. The file lives as long as it is open. */
export interface OpenFile {
  /** Fills `into` from `offset`; answers how many bytes there were. */
  read(offset: number, into: Uint8Array): Later<number>;
  /** Answers how many bytes were written. `privileged`: a set-user-ID bit stays. */
  write(offset: number, from: Uint8Array, privileged: boolean): Later<number>;
  /** As fallocate(2). */
  allocate(offset: number, length: number, mode: number): Later<void>;
  /** Where the next data or the next hole begins: as lseek(2). */
  seek(offset: number, what: "data" | "hole"): Later<number>;
  sync(dataOnly: boolean): Later<void>;
  close(): Later<void>;
}

export interface Created {
  readonly node: FsNode;
  readonly file: OpenFile;
}

export interface OpenOptions {
  readonly read: boolean;
  readonly write: boolean;
  readonly append?: boolean;
  readonly truncate?: boolean;
}

export interface NewFile {
  /** Permissions; of mknod also the kind. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of create(): how it is opened. */
  readonly open?: OpenOptions;
}

export interface Entry {
  readonly name: string;
  readonly id: number;
  readonly kind: number;
}

export interface DeviceNumber {
  readonly major: number;
  readonly minor: number;
}

/** A moment: seconds since 1970 and nanoseconds. */
export interface Moment {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export interface Attributes {
  readonly id: number;
  /** Kind and permissions. */
  readonly mode: number;
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a device. */
  readonly device: DeviceNumber;
  readonly size: number;
  /** Best size of an access. */
  readonly blockSize: number;
  /** What it takes, in units of 512 bytes. */
  readonly blocks: number;
  readonly accessed: Moment;
  readonly modified: Moment;
  readonly changed: Moment;
  readonly born: Moment;
  /** Counts changes of the contents, where the back end does. */
  readonly version: number;
}

/** What is to be otherwise. `"now"` is the back end's clock. */
export interface Changes {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly size?: number;
  readonly accessed?: Moment | "now";
  readonly modified?: Moment | "now";
  /** Set-user-ID and set-group-ID bits of a file go. */
  readonly dropPrivileges?: boolean;
}

export interface RenameFlags {
  readonly noReplace?: boolean;
  readonly exchange?: boolean;
  /** Leaves a whiteout (character device 0:0) in its old place. */
  readonly whiteout?: boolean;
}

/** create: EEXIST where there is one; replace: ENODATA where there is none. */
export type XattrHow = "any" | "create" | "replace";

/** As statfs(2). */
export interface Statistics {
  readonly type: number;
  readonly blockSize: number;
  readonly blocks: number;
  readonly free: number;
  readonly files: number;
  readonly freeFiles: number;
  readonly nameLength: number;
}

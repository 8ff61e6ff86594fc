// What archives have in common: files with paths, one after the other.

import type { DeviceNumber, Moment } from "../interfaces.js";

/** One file of an archive. */
export interface ArchiveEntry {
  /** A character each byte, as it stands there. */
  readonly path: string;
  /** With the kind of file; a hard link has that of a file, and a target. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modified: Moment;
  /** Of a symlink, or the path of the entry that a hard link is another name of. */
  readonly target?: string;
  readonly device?: DeviceNumber;
  /** Extended attributes. */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
  readonly size: number;
  /** Of a file. Throws ArchiveError. */
  contents(): Uint8Array;
}

/** An archive that is none, or that cannot be unpacked; the message is the rest of a sentence that begins with its name. */
export class ArchiveError extends Error {}

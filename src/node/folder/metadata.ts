// What security_model=mapped-file keeps beside the files: a directory .virtfs_metadata in each directory, with a file of the same name
// for each. QEMU reads and writes the same; xattrs are our own lines, which it skips.

import * as fs from "node:fs";
import { bytesOf, nameOf } from "../../fs/names.js";
import { type Handles, O_DIRECTORY, O_NOFOLLOW, O_PATH, pathIn } from "./handles.js";

export const FOLDER = ".virtfs_metadata";
/** The root's own, which no directory of the share has beside it. */
export const ROOT_FILE = ".virtfs_metadata_root";
/** Longest such file: attributes and as many xattrs as a file may have. */
const LARGEST = 1 << 20;
const XATTR = "wasmachine.xattr.";

/** Names that the guest neither sees nor makes. */
export const isHidden = (name: string): boolean => name === FOLDER || name === ROOT_FILE;

export interface Metadata {
  uid?: number;
  gid?: number;
  /** With the kind of file. */
  mode?: number;
  /** Packed. */
  rdev?: number;
  xattrs?: Map<string, Uint8Array>;
}

/** Where a file's metadata lie. */
export interface MetadataPlace {
  /** Handle of the directory the file is in. */
  readonly directory: number;
  readonly name: string;
}

export class MetadataFiles {
  constructor(private readonly handles: Handles) {}

  read(place: MetadataPlace): Metadata {
    return this.within(place, false, (path) => parse(readFile(path))) ?? {};
  }

  write(place: MetadataPlace, metadata: Metadata): void {
    this.within(place, true, (path) => {
      const { O_WRONLY, O_CREAT, O_TRUNC } = fs.constants;
      const fd = fs.openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
      try {
        fs.writeFileSync(fd, format(metadata));
      } finally {
        fs.closeSync(fd);
      }
    });
  }

  remove(place: MetadataPlace): void {
    this.within(place, false, (path) => fs.unlinkSync(path));
  }

  rename(from: MetadataPlace, to: MetadataPlace): void {
    const move = (old: Buffer): true | undefined =>
      this.within(to, true, (path) => {
        fs.renameSync(old, path);
        return true;
      });
    const moved = this.within(from, false, move);
    // A file without metadata takes the place of one that had some.
    if (moved === undefined) this.remove(to);
  }

  /** Both names have the same. */
  link(from: MetadataPlace, to: MetadataPlace): void {
    this.remove(to);
    this.within(from, false, (old) => this.within(to, true, (path) => fs.linkSync(old, path)));
  }

  /** A directory that is to be removed has none of these in it any more. */
  clear(directory: number): void {
    const fd = this.folder(directory, false);
    if (fd === undefined) return;
    try {
      for (const name of fs.readdirSync(pathIn(fd, ""), { encoding: "latin1" })) fs.unlinkSync(pathIn(fd, name));
    } finally {
      fs.closeSync(fd);
    }
    fs.rmdirSync(pathIn(directory, FOLDER));
  }

  /** Works on the metadata file of a place; undefined where there is none. */
  private within<T>({ directory, name }: MetadataPlace, make: boolean, work: (path: Buffer) => T): T | undefined {
    if (name === ROOT_FILE) return unlessAbsent(() => work(pathIn(directory, name)));
    const fd = this.folder(directory, make);
    if (fd === undefined) return undefined;
    try {
      return unlessAbsent(() => work(pathIn(fd, name)));
    } finally {
      fs.closeSync(fd);
    }
  }

  private folder(directory: number, make: boolean): number | undefined {
    const path = pathIn(directory, FOLDER);
    const open = (): number => this.handles.open(path as unknown as string, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    const fd = unlessAbsent(open);
    if (fd !== undefined || !make) return fd;
    fs.mkdirSync(path, 0o700);
    return open();
  }
}

function unlessAbsent<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function readFile(path: Buffer): string {
  const fd = fs.openSync(path, fs.constants.O_RDONLY | O_NOFOLLOW | fs.constants.O_NONBLOCK);
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile() || stat.size > LARGEST) return "";
    return fs.readFileSync(fd, "latin1");
  } finally {
    fs.closeSync(fd);
  }
}

/** Lines of others are skipped. */
function parse(text: string): Metadata {
  const metadata: Metadata = {};
  for (const line of text.split("\n")) {
    const number = /^virtfs\.(uid|gid|mode|rdev)=([0-9]{1,10})$/.exec(line);
    if (number) metadata[number[1] as "uid" | "gid" | "mode" | "rdev"] = Number(number[2]) >>> 0;
    const xattr = line.startsWith(XATTR) ? /^([0-9a-f]+)=([0-9a-f]*)$/.exec(line.slice(XATTR.length)) : null;
    if (!xattr) continue;
    metadata.xattrs ??= new Map();
    metadata.xattrs.set(nameOf(Buffer.from(xattr[1]!, "hex")), new Uint8Array(Buffer.from(xattr[2]!, "hex")));
  }
  return metadata;
}

function format({ uid, gid, mode, rdev, xattrs }: Metadata): string {
  const lines: string[] = [];
  for (const [name, value] of Object.entries({ uid, gid, mode, rdev })) {
    if (value !== undefined) lines.push(`virtfs.${name}=${value}\n`);
  }
  for (const [name, value] of xattrs ?? []) lines.push(`${XATTR}${hex(bytesOf(name))}=${hex(value)}\n`);
  return lines.join("");
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

// Archives of tar: ustar (POSIX.1-2001, pax), and GNU's long names and large numbers.

import { latin1 } from "../../base/text.js";
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG } from "../mode.js";
import { bytesOf, nameOf } from "../names.js";
import { type ArchiveEntry, ArchiveError } from "./entry.js";

const BLOCK = 512;
const MAGIC = 257;
const CHECKSUM = 148;

const KINDS: Readonly<Record<string, number>> = {
  ...{ "\0": S_IFREG, "0": S_IFREG, "7": S_IFREG, "1": S_IFREG, "2": S_IFLNK },
  ...{ "3": S_IFCHR, "4": S_IFBLK, "5": S_IFDIR, "6": S_IFIFO },
};
const XATTR = "SCHILY.xattr.";

/** What stands before an entry, of this one or of all that follow. */
type Records = Map<string, string>;

/** Whether it begins as one: the sum of its first header is right. */
export function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= BLOCK && latin1(bytes.subarray(MAGIC, MAGIC + 5)) === "ustar" && sumIsRight(bytes, 0);
}

export function* tarEntries(bytes: Uint8Array): Generator<ArchiveEntry> {
  const global: Records = new Map();
  let own: Records = new Map();
  for (let at = 0; at < bytes.length; ) {
    if (at + BLOCK > bytes.length) throw new ArchiveError(`it is cut short at byte ${at}`);
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    if (!sumIsRight(bytes, at)) throw new ArchiveError(`no tar header at byte ${at}: its checksum is wrong`);
    const type = String.fromCharCode(header[156]!);
    const size = Number(own.get("size") ?? number(header, 124, 12));
    if (!Number.isSafeInteger(size) || size < 0) throw new ArchiveError(`a size of ${size} bytes at byte ${at}`);
    const stored = type === "1" || type === "2" ? 0 : size;
    if (at + BLOCK + stored > bytes.length) throw new ArchiveError(`it is cut short in the entry at byte ${at}`);
    const body = bytes.subarray(at + BLOCK, at + BLOCK + stored);
    at += BLOCK + Math.ceil(stored / BLOCK) * BLOCK;
    if (type === "x" || type === "g") {
      for (const [name, value] of paxRecords(body)) (type === "x" ? own : global).set(name, value);
    } else if (type === "L" || type === "K") {
      own.set(type === "L" ? "path" : "linkpath", untilNul(nameOf(body)));
    } else {
      const kind = KINDS[type];
      if (kind !== undefined) yield entry(header, kind, type, body, new Map([...global, ...own]));
      own = new Map();
    }
  }
}

function entry(header: Uint8Array, kind: number, type: string, body: Uint8Array, records: Records): ArchiveEntry {
  const prefix = latin1(header.subarray(MAGIC, MAGIC + 6)) === "ustar\0" ? field(header, 345, 155) : "";
  const path = records.get("path") ?? (prefix ? `${prefix}/` : "") + field(header, 0, 100);
  const target = records.get("linkpath") ?? field(header, 157, 100);
  const seconds = Number(records.get("mtime") ?? number(header, 136, 12));
  const whole = Math.floor(seconds);
  const xattrs = new Map<string, Uint8Array>();
  for (const [name, value] of records) {
    if (name.startsWith(XATTR)) xattrs.set(name.slice(XATTR.length), bytesOf(value));
  }
  return {
    path,
    // Old archives say that it is a directory by its name.
    mode: (kind === S_IFREG && path.endsWith("/") ? S_IFDIR : kind) | (number(header, 100, 8) & 0o7777),
    uid: Number(records.get("uid") ?? number(header, 108, 8)),
    gid: Number(records.get("gid") ?? number(header, 116, 8)),
    modified: { seconds: whole, nanoseconds: Math.floor((seconds - whole) * 1e9) },
    ...(type === "1" || type === "2" ? { target } : {}),
    ...(kind === S_IFCHR || kind === S_IFBLK
      ? { device: { major: number(header, 329, 8), minor: number(header, 337, 8) } }
      : {}),
    ...(xattrs.size > 0 ? { xattrs } : {}),
    size: body.length,
    contents: () => body,
  };
}

/** "LENGTH NAME=VALUE\n", the length that of all of it. */
function* paxRecords(bytes: Uint8Array): Generator<[string, string]> {
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : Number(latin1(bytes.subarray(at, space)));
    const equals = bytes.indexOf(0x3d, space);
    if (!(length > 0) || at + length > bytes.length || equals < 0 || equals >= at + length) {
      throw new ArchiveError("a pax record lies about its length");
    }
    yield [nameOf(bytes.subarray(space + 1, equals)), nameOf(bytes.subarray(equals + 1, at + length - 1))];
    at += length;
  }
}

function sumIsRight(bytes: Uint8Array, at: number): boolean {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= CHECKSUM && i < CHECKSUM + 8 ? 0x20 : bytes[at + i]!;
  return sum === number(bytes.subarray(at, at + BLOCK), CHECKSUM, 8);
}

const untilNul = (text: string): string => text.split("\0", 1)[0]!;

const field = (header: Uint8Array, at: number, length: number): string =>
  untilNul(nameOf(header.subarray(at, at + length)));

/** Octal digits, or, as GNU has large ones, bytes behind one whose highest bit is set. */
function number(header: Uint8Array, at: number, length: number): number {
  if ((header[at]! & 0x80) === 0) return Number.parseInt(field(header, at, length).trim() || "0", 8) || 0;
  let value = header[at]! & 0x7f;
  for (let i = 1; i < length; i++) value = value * 256 + header[at + i]!;
  return value;
}

// Archives of zip (APPNOTE.TXT 6.3.10): the directory at their end says where each file is. Stored and deflated ones, not encrypted.

import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../mode.js";
import { nameOf } from "../names.js";
import { type ArchiveEntry, ArchiveError } from "./entry.js";

export type Inflate = (packed: Uint8Array, size: number) => Uint8Array;

const END = 0x06054b50;
const END_BYTES = 22;
const COMMENT_MOST = 0xffff;
const CENTRAL = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const UNIX = 3;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
/** Where zip64 has the number elsewhere. */
const ELSEWHERE = 0xffffffff;

export function isZip(bytes: Uint8Array): boolean {
  if (bytes.length < END_BYTES) return false;
  const first = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return first === LOCAL || first === END;
}

export function* zipEntries(bytes: Uint8Array, inflate: Inflate): Generator<ArchiveEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === ELSEWHERE) throw new ArchiveError("zip64 archives cannot be read; use tar");
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > bytes.length || view.getUint32(at, true) !== CENTRAL) {
      throw new ArchiveError(`its directory has no entry ${i} at byte ${at}`);
    }
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ];
    yield entry(bytes, view, at, nameOf(bytes.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + name)), inflate);
    at += CENTRAL_BYTES + name + extra + comment;
  }
}

/** A comment may stand behind it. */
function findEnd(view: DataView): number {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - COMMENT_MOST); at--) if (view.getUint32(at, true) === END) return at;
  throw new ArchiveError("it has no directory at its end: it may be cut short");
}

function entry(bytes: Uint8Array, view: DataView, at: number, path: string, inflate: Inflate): ArchiveEntry {
  const size = view.getUint32(at + 24, true);
  const mode = modeOf(view, at, path);
  const contents = (): Uint8Array => unpack(bytes, view, at, path, inflate);
  const link = (mode & S_IFMT) === S_IFLNK;
  return {
    path,
    mode,
    ...{ uid: 0, gid: 0, size, contents },
    modified: modifiedOf(view.getUint16(at + 12, true), view.getUint16(at + 14, true)),
    ...(link ? { target: nameOf(contents()) } : {}),
  };
}

/** Those that were made on Unix have one. */
function modeOf(view: DataView, at: number, path: string): number {
  const unix = view.getUint8(at + 5) === UNIX ? view.getUint16(at + 40, true) : 0;
  const kind = unix & S_IFMT;
  if (path.endsWith("/")) return S_IFDIR | (unix & 0o7777 || 0o755);
  return (kind === S_IFLNK ? S_IFLNK : S_IFREG) | (unix & 0o7777 || 0o644);
}

/** MS-DOS's: without a time zone, taken as UTC. */
function modifiedOf(time: number, date: number): { seconds: number; nanoseconds: number } {
  const [year, month, day] = [1980 + (date >> 9), ((date >> 5) & 15) - 1, date & 31];
  return { seconds: Date.UTC(year, month, day, time >> 11, (time >> 5) & 63, (time & 31) * 2) / 1000, nanoseconds: 0 };
}

function unpack(bytes: Uint8Array, view: DataView, at: number, path: string, inflate: Inflate): Uint8Array {
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const [packedSize, size, local] = [20, 24, 42].map((offset) => view.getUint32(at + offset, true)) as [
    number,
    number,
    number,
  ];
  if ((flags & ENCRYPTED) !== 0) throw new ArchiveError(`'${path}' in it is encrypted`);
  if (method !== STORED && method !== DEFLATED) throw new ArchiveError(`'${path}' in it is packed by method ${method}`);
  if (local + LOCAL_BYTES > bytes.length || view.getUint32(local, true) !== LOCAL) {
    throw new ArchiveError(`'${path}' is not at byte ${local} of it`);
  }
  const start = local + LOCAL_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + packedSize > bytes.length) throw new ArchiveError(`it is cut short in '${path}'`);
  const packed = bytes.subarray(start, start + packedSize);
  const whole = method === STORED ? packed : inflate(packed, size);
  if (whole.length !== size) throw new ArchiveError(`'${path}' in it has ${whole.length} bytes and not ${size}`);
  return whole;
}

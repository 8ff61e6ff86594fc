// Requests about the connection, and about the file system as a whole.

import { refuse } from "../../../../fs/errno.js";
import { after, type Later } from "../../../../fs/later.js";
import { VIRTIO_FS_MAX_WRITE } from "../../../../tuning/devices.js";
import * as fuse from "../registers.js";
import type { Call } from "../session.js";

const WANTED =
  fuse.ASYNC_READ |
  fuse.ATOMIC_O_TRUNC |
  fuse.BIG_WRITES |
  fuse.AUTO_INVAL_DATA |
  fuse.DO_READDIRPLUS |
  fuse.READDIRPLUS_AUTO |
  fuse.ASYNC_DIO |
  fuse.PARALLEL_DIROPS |
  fuse.MAX_PAGES |
  fuse.CACHE_SYMLINKS |
  fuse.HANDLE_KILLPRIV_V2 |
  fuse.SETXATTR_EXT;
const PAGE = 4096;
/** Requests in the background. */
const BACKGROUND = 64;

export function init({ session, body, reply }: Call): void {
  const major = body.u32();
  const minor = body.u32();
  const readAhead = body.u32();
  const flags = body.u32();
  if (major < fuse.MAJOR || (major === fuse.MAJOR && minor < fuse.LEAST_MINOR)) refuse("EPROTO");
  session.end();
  // A newer client asks again by the major number that it is told.
  if (major > fuse.MAJOR) return void reply.u32(fuse.MAJOR).u32(fuse.MINOR);
  session.begun = true;
  const agreed = (flags & WANTED) >>> 0;
  session.extendedXattrs = (agreed & fuse.SETXATTR_EXT) !== 0;
  reply.u32(fuse.MAJOR).u32(fuse.MINOR).u32(readAhead).u32(agreed);
  reply
    .u16(BACKGROUND)
    .u16((BACKGROUND * 3) / 4)
    .u32(VIRTIO_FS_MAX_WRITE);
  // Times count nanoseconds.
  reply
    .u32(1)
    .u16(VIRTIO_FS_MAX_WRITE / PAGE)
    .u16(0);
  reply.zeros(32);
}

export function destroy({ session }: Call): void {
  session.end();
}

export function forget({ session, body, about }: Call): void {
  session.nodes.forget(about, body.u64());
}

export function batchForget({ session, body }: Call): void {
  const count = body.u32();
  body.u32();
  for (let i = 0; i < count; i++) session.nodes.forget(body.u64(), body.u64());
}

/** Nothing here waits for long. */
export function interrupt(): void {}

export function statfs({ session, reply }: Call): Later<void> {
  return after(session.fs.statistics(), ({ blockSize, blocks, free, files, freeFiles, nameLength }) => {
    reply.u64(blocks).u64(free).u64(free).u64(files).u64(freeFiles);
    reply.u32(blockSize).u32(nameLength).u32(blockSize).zeros(28);
  });
}

export function syncfs({ session }: Call): Later<void> {
  return session.fs.sync();
}

// Requests that open files, read and write.

import { FsError, refuse } from "../../../../fs/errno.js";
import type { Created, Entry, FsNode, NewFile, OpenOptions } from "../../../../fs/interfaces.js";
import { after, afterEither, type Later } from "../../../../fs/later.js";
import { entryType, PERMISSIONS, S_IFDIR, S_IFREG } from "../../../../fs/mode.js";
import { checkName } from "../../../../fs/names.js";
import { accessOf, O_ACCMODE, O_APPEND, O_DIRECTORY, O_EXCL } from "../../../../fs/open-flags.js";
import type { Fid } from "../fid.js";
import * as p9 from "../registers.js";
import type { Call } from "../session.js";
import type { Reply } from "../wire.js";
import { readXattr, writeXattr } from "./xattr.js";

const openOptions = (flags: number): OpenOptions => ({ ...accessOf(flags), append: (flags & O_APPEND) !== 0 });

export function lopen({ session, body, reply }: Call): Later<void> {
  const fid = session.fid(body.u32());
  const flags = body.u32();
  const { node } = fid;
  if (fid.opened) refuse("EBADF");
  if (node.kind === S_IFDIR) {
    if ((flags & O_ACCMODE) !== 0) refuse("EISDIR");
    fid.listing = { entries: [] };
    return opened(node, reply);
  }
  if ((flags & O_DIRECTORY) !== 0) refuse("ENOTDIR");
  return after(node.open(openOptions(flags)), (file) => {
    fid.file = file;
    return opened(node, reply);
  });
}

/** The answer: which file it is, and that an access may be as long as a message. */
function opened(node: FsNode, reply: Reply): Later<void> {
  return after(node.attributes(), (attributes) => void reply.qid(attributes).u32(0));
}

export function lcreate({ session, body, reply }: Call): Later<void> {
  const fid = session.fid(body.u32());
  const name = checkName(body.string());
  const flags = body.u32();
  // Some clients have the kind of file in it.
  const mode = body.u32() & PERMISSIONS;
  const gid = body.u32();
  if (fid.opened) refuse("EBADF");
  const directory = fid.node;
  const as: NewFile = { mode, uid: fid.uid, gid, open: openOptions(flags) };
  return after(createOrOpen(directory, name, as, flags), ({ node, file }) => {
    fid.become(node, { directory, name });
    fid.file = file;
    return opened(node, reply);
  });
}

function createOrOpen(directory: FsNode, name: string, as: NewFile, flags: number): Later<Created> {
  return afterEither<Created, Created>(
    () => directory.create(name, as),
    (created) => created,
    (error) => {
      const there = error instanceof FsError && error.name === "EEXIST" && (flags & O_EXCL) === 0;
      if (!there) throw error;
      return after(directory.lookup(name), (node) => openThere(node, as.open!));
    },
  );
}

function openThere(node: FsNode, options: OpenOptions): Later<Created> {
  return afterEither<Created, Created>(
    () => {
      if (node.kind !== S_IFREG) refuse(node.kind === S_IFDIR ? "EISDIR" : "EEXIST");
      return after(node.open(options), (file) => ({ node, file }));
    },
    (created) => created,
    (error) => {
      node.release();
      throw error;
    },
  );
}

/** Bytes of data that a message may have. */
function most({ session, room }: Call): number {
  return Math.max(0, Math.min(session.messageSize - p9.IO_HEADER, room - p9.HEADER - 4));
}

export function read(call: Call): Later<void> {
  const { session, body, reply } = call;
  const fid = session.fid(body.u32());
  const offset = body.u64();
  const count = Math.min(body.u32(), most(call));
  const at = reply.length;
  const into = reply.u32(0).space(count);
  const done = (got: number): void => {
    reply.shorten(count - got);
    reply.putU32(at, got);
  };
  if (fid.xattr) return done(readXattr(fid.xattr, offset, into));
  const file = fid.file ?? refuse(fid.listing ? "EISDIR" : "EBADF");
  if (!Number.isFinite(offset)) refuse("EINVAL");
  return after(file.read(offset, into), done);
}

export function write({ session, body, reply }: Call): Later<void> {
  const fid = session.fid(body.u32());
  const offset = body.u64();
  const data = body.data(body.u32());
  const done = (written: number): void => void reply.u32(written);
  if (fid.xattr) return done(writeXattr(fid.xattr, offset, data));
  const file = fid.file ?? refuse("EBADF");
  if (!Number.isFinite(offset)) refuse("EFBIG");
  return after(file.write(offset, data, fid.uid === 0), done);
}

export function fsync({ session, body }: Call): Later<void> {
  const fid = session.fid(body.u32());
  const dataOnly = body.left >= 4 && body.u32() !== 0;
  return fid.file ? fid.file.sync(dataOnly) : session.fs.sync();
}

/** "." and ".." stand before what is in a directory. */
const DOTS = 2;

export function readdir(call: Call): Later<void> {
  const { session, body, reply } = call;
  const fid = session.fid(body.u32());
  const offset = body.u64();
  const count = Math.min(body.u32(), most(call));
  if (fid.listing === undefined) return refuse("ENOTDIR");
  const at = reply.length;
  reply.u32(0);
  // As long as it is read, what is removed or added changes nothing of its places.
  const entries = offset === 0 ? fid.node.entries() : fid.listing.entries;
  return after(entries, (list) => {
    fid.listing = { entries: list };
    for (let i = offset; i < list.length + DOTS; i++) {
      const entry = i < DOTS ? dot(fid, i) : list[i - DOTS]!;
      if (reply.length - at - 4 + p9.QID_BYTES + 8 + 1 + 2 + entry.name.length > count) break;
      reply.qid({ id: entry.id, mode: entry.kind, version: 0 }).u64(i + 1);
      reply.u8(entryType(entry.kind)).string(entry.name);
    }
    reply.putU32(at, reply.length - at - 4);
    // Not even one has room.
    if (reply.length === at + 4 && offset < list.length + DOTS) refuse("EINVAL");
  });
}

function dot({ node }: Fid, index: number): Entry {
  const { id } = index === 0 ? node : (node.parent ?? node);
  return { name: index === 0 ? "." : "..", id, kind: S_IFDIR };
}

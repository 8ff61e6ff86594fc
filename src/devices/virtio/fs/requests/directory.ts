// Requests that read directories.

import { FsError, refuse } from "../../../../fs/errno.js";
import type { Entry, FsNode } from "../../../../fs/interfaces.js";
import { after, afterEither, inTurn, type Later } from "../../../../fs/later.js";
import { entryType, S_IFDIR } from "../../../../fs/mode.js";
import { bytesOf } from "../../../../fs/names.js";
import { VIRTIO_FS_MAX_WRITE } from "../../../../tuning/devices.js";
import { OUT_HEADER } from "../registers.js";
import type { Call } from "../session.js";
import type { Reply } from "../wire.js";
import { tell } from "./entries.js";

/** "." and ".." stand before what is in a directory. */
const DOTS = 2;
const DIRENT = 24;
const ENTRY_OUT = 128;

export function opendir({ session, node, reply }: Call): void {
  if (node.kind !== S_IFDIR) refuse("ENOTDIR");
  session.mayOpen();
  reply
    .u64(session.open({ listing: [] }))
    .u32(0)
    .u32(0);
}

export function readdir(call: Call): Later<void> {
  return list(call, DIRENT, (entry, next) => {
    dirent(call.reply, entry, next);
  });
}

/** Each entry with what a lookup of it would answer. */
export function readdirplus(call: Call): Later<void> {
  const { session, node, reply } = call;
  return list(call, ENTRY_OUT + DIRENT, (entry, next, index) => {
    // These two are not looked up: a number of 0 says so.
    const told = index < DOTS ? reply.zeros(ENTRY_OUT) : found(node, entry);
    return after(told, () => dirent(reply, entry, next));
  });

  function found(directory: FsNode, { name }: Entry): Later<unknown> {
    const before = reply.length;
    return afterEither<FsNode, unknown>(
      () => directory.lookup(name),
      (child) => tell(session, child, reply),
      (error) => {
        if (!(error instanceof FsError)) throw error;
        reply.shorten(reply.length - before);
        return reply.zeros(ENTRY_OUT);
      },
    );
  }
}

type Write = (entry: Entry, next: number, index: number) => Later<void>;

function list({ session, node, body, reply, room }: Call, bytes: number, write: Write): Later<void> {
  const handle = session.handle(body.u64());
  const offset = body.u64();
  const most = OUT_HEADER + Math.min(body.u32(), VIRTIO_FS_MAX_WRITE, Math.max(0, room - OUT_HEADER));
  if (handle.listing === undefined) return refuse("ENOTDIR");
  // As long as it is read, what is removed or added changes nothing of its places.
  return after(offset === 0 ? node.entries() : handle.listing, (entries) => {
    handle.listing = entries;
    const indices = range(Math.min(offset, entries.length + DOTS), entries.length + DOTS);
    const start = reply.length;
    const all = inTurn(indices, (index) => {
      const entry = index < DOTS ? dot(node, index) : entries[index - DOTS]!;
      if (reply.length + bytes + padded(entry.name.length) > most) {
        if (reply.length === start) refuse("EINVAL");
        return false;
      }
      return after(write(entry, index + 1, index), () => true);
    });
    return all;
  });
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

const padded = (length: number): number => (length + 7) & ~7;

function dirent(reply: Reply, { id, kind, name }: Entry, next: number): void {
  reply.u64(id).u64(next).u32(name.length).u32(entryType(kind)).raw(bytesOf(name));
  reply.zeros(padded(name.length) - name.length);
}

function dot(node: FsNode, index: number): Entry {
  const { id } = index === 0 ? node : (node.parent ?? node);
  return { name: index === 0 ? "." : "..", id, kind: S_IFDIR };
}

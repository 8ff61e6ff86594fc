// Requests that open files, read and write.

import { FsError, refuse } from "../../../../fs/errno.js";
import type { Created, NewFile } from "../../../../fs/interfaces.js";
import { after, afterEither, type Later } from "../../../../fs/later.js";
import { PERMISSIONS, S_IFREG } from "../../../../fs/mode.js";
import { checkName } from "../../../../fs/names.js";
import { accessOf, O_APPEND, O_EXCL } from "../../../../fs/open-flags.js";
import { VIRTIO_FS_MAX_WRITE } from "../../../../tuning/devices.js";
import * as fuse from "../registers.js";
import type { Call } from "../session.js";
import { tell } from "./entries.js";

/** Appending is done here: pages are written by any handle of a file, also by one that appends. */
const appends = (flags: number): boolean => (flags & O_APPEND) !== 0;

export function open({ session, node, body, reply }: Call): Later<void> {
  const flags = body.u32();
  const kill = (body.u32() & fuse.OPEN_KILL_SUIDGID) !== 0;
  session.mayOpen();
  const options = accessOf(flags);
  return after(node.open(options), (file) => {
    const opened = (): void =>
      void reply
        .u64(session.open({ file, append: appends(flags) }))
        .u32(session.policy.openFlags)
        .u32(0);
    return kill && options.truncate ? after(node.change({ dropPrivileges: true }), opened) : opened();
  });
}

export function create(call: Call): Later<void> {
  const { session, body, reply, uid, gid } = call;
  const flags = body.u32();
  const mode = body.u32() & PERMISSIONS;
  body.data(8);
  const name = checkName(body.name());
  session.mayOpen();
  const made = createOrOpen(call, name, { mode, uid, gid, open: accessOf(flags) }, flags);
  return after(made, ({ node, file }) => {
    const failed = (error: unknown): Later<void> => after(file.close(), () => throwIt(error));
    return afterEither(
      () => tell(session, node, reply),
      () =>
        void reply
          .u64(session.open({ file, append: appends(flags) }))
          .u32(session.policy.openFlags)
          .u32(0),
      failed,
    );
  });
}

function throwIt(error: unknown): never {
  throw error;
}

/** Another process of the host may have made it since the guest looked. */
function createOrOpen({ node: directory }: Call, name: string, as: NewFile, flags: number): Later<Created> {
  return afterEither<Created, Created>(
    () => directory.create(name, as),
    (created) => created,
    (error) => {
      if (!(error instanceof FsError) || error.name !== "EEXIST" || (flags & O_EXCL) !== 0) throw error;
      return after(directory.lookup(name), (node) =>
        afterEither<Created, Created>(
          () => {
            if (node.kind !== S_IFREG) throw error;
            return after(node.open(as.open!), (file) => ({ node, file }));
          },
          (created) => created,
          (failure) => {
            node.release();
            throw failure;
          },
        ),
      );
    },
  );
}

export function read({ session, body, reply, room }: Call): Later<void> {
  const file = session.file(body.u64());
  const offset = body.u64();
  const count = Math.min(body.u32(), VIRTIO_FS_MAX_WRITE, Math.max(0, room - fuse.OUT_HEADER));
  if (!Number.isFinite(offset)) refuse("EINVAL");
  const into = reply.space(count);
  return after(file.read(offset, into), (got) => reply.shorten(count - got));
}

export function write({ session, node, body, reply }: Call): Later<void> {
  const handle = body.u64();
  const file = session.file(handle);
  const offset = body.u64();
  const size = body.u32();
  const flags = body.u32();
  body.data(16);
  const data = body.data(size);
  if (!Number.isFinite(offset)) refuse("EFBIG");
  const privileged = (flags & fuse.WRITE_KILL_SUIDGID) === 0;
  const append = session.handle(handle).append && (flags & fuse.WRITE_CACHE) === 0;
  const place = append ? after(node.attributes(), ({ size: end }) => end) : offset;
  return after(place, (at) => after(file.write(at, data, privileged), (written) => void reply.u32(written).u32(0)));
}

/** At each close(): nothing is held back. */
export function flush({ session, body }: Call): void {
  session.file(body.u64());
}

export function release({ session, body }: Call): Later<void> {
  return session.close(body.u64());
}

export function fsync({ session, body }: Call): Later<void> {
  const file = session.file(body.u64());
  return file.sync((body.u32() & fuse.FSYNC_DATA_ONLY) !== 0);
}

export function fallocate({ session, body }: Call): Later<void> {
  const file = session.file(body.u64());
  const offset = body.u64();
  const length = body.u64();
  if (!Number.isFinite(offset + length)) refuse("EFBIG");
  return file.allocate(offset, length, body.u32());
}

export function lseek({ session, body, reply }: Call): Later<void> {
  const file = session.file(body.u64());
  const offset = body.u64();
  const whence = body.u32();
  if (whence !== fuse.SEEK_DATA && whence !== fuse.SEEK_HOLE) refuse("EINVAL");
  return after(file.seek(offset, whence === fuse.SEEK_DATA ? "data" : "hole"), (found) => void reply.u64(found));
}

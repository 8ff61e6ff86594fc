// Requests that find, make, move and remove names.

import { refuse } from "../../../../fs/errno.js";
import type { FsNode, NewFile, RenameFlags } from "../../../../fs/interfaces.js";
import { after, afterEither, type Later } from "../../../../fs/later.js";
import { PERMISSIONS, S_IFMT, unpackDevice } from "../../../../fs/mode.js";
import { checkName, checkTarget } from "../../../../fs/names.js";
import * as fuse from "../registers.js";
import type { Call, Session } from "../session.js";
import type { Reply } from "../wire.js";

/** Tells the guest of a file: its number, how long that and its attributes are good for, and these. It is held for that. */
export function tell(session: Session, node: FsNode, reply: Reply): Later<void> {
  const { valid } = session.policy;
  return afterEither(
    () => node.attributes(),
    (attributes) => {
      const number = session.nodes.tell(node);
      reply.u64(number).u64(0).u64(valid).u64(valid).u32(0).u32(0).attributes(attributes);
    },
    (error) => {
      node.release();
      throw error;
    },
  );
}

function as({ uid, gid }: Call, mode: number): NewFile {
  return { mode, uid, gid };
}

export function lookup({ session, node, body, reply }: Call): Later<void> {
  return after(node.lookup(checkName(body.name())), (found) => tell(session, found, reply));
}

export function symlink(call: Call): Later<void> {
  const { session, node, body, reply } = call;
  const name = checkName(body.name());
  const target = checkTarget(body.name());
  return after(node.symlink(name, target, as(call, 0o777)), (made) => tell(session, made, reply));
}

export function mknod(call: Call): Later<void> {
  const { session, node, body, reply } = call;
  const mode = body.u32() & (S_IFMT | PERMISSIONS);
  const device = unpackDevice(body.u32());
  body.data(8);
  return after(node.mknod(checkName(body.name()), as(call, mode), device), (made) => tell(session, made, reply));
}

export function mkdir(call: Call): Later<void> {
  const { session, node, body, reply } = call;
  const mode = body.u32() & PERMISSIONS;
  body.data(4);
  return after(node.mkdir(checkName(body.name()), as(call, mode)), (made) => tell(session, made, reply));
}

export function link({ session, node, body, reply }: Call): Later<void> {
  const old = session.nodes.get(body.u64());
  return after(node.link(checkName(body.name()), old), () => tell(session, old.hold(), reply));
}

export function unlink({ node, body }: Call): Later<void> {
  return node.unlink(checkName(body.name()), false);
}

export function rmdir({ node, body }: Call): Later<void> {
  return node.unlink(checkName(body.name()), true);
}

export function rename(call: Call): Later<void> {
  const into = call.session.nodes.get(call.body.u64());
  return move(call, into, {});
}

export function rename2(call: Call): Later<void> {
  const { session, body } = call;
  const into = session.nodes.get(body.u64());
  const flags = body.u32();
  body.u32();
  const known = fuse.RENAME_NOREPLACE | fuse.RENAME_EXCHANGE | fuse.RENAME_WHITEOUT;
  if ((flags & ~known) !== 0) refuse("EINVAL");
  const has = (flag: number): boolean => (flags & flag) !== 0;
  return move(call, into, {
    noReplace: has(fuse.RENAME_NOREPLACE),
    exchange: has(fuse.RENAME_EXCHANGE),
    whiteout: has(fuse.RENAME_WHITEOUT),
  });
}

function move({ node, body }: Call, into: FsNode, flags: RenameFlags): Later<void> {
  const name = checkName(body.name());
  return node.rename(name, into, checkName(body.name()), flags);
}

// Requests that make, move and remove names.

import { refuse } from "../../../../fs/errno.js";
import type { FsNode } from "../../../../fs/interfaces.js";
import { after, finallyDo, type Later } from "../../../../fs/later.js";
import { PERMISSIONS, S_IFDIR, S_IFMT } from "../../../../fs/mode.js";
import { checkName, checkTarget } from "../../../../fs/names.js";
import type { Fid } from "../fid.js";
import * as p9 from "../registers.js";
import type { Call, Session } from "../session.js";
import type { Reply } from "../wire.js";

/** The answer for a file that was made; it is held no longer. */
function made(node: FsNode, reply: Reply): Later<void> {
  return finallyDo(
    () => after(node.attributes(), (attributes) => void reply.qid(attributes)),
    () => node.release(),
  );
}

export function symlink({ session, body, reply }: Call): Later<void> {
  const { node, uid } = session.fid(body.u32());
  const name = checkName(body.string());
  const target = checkTarget(body.string());
  const gid = body.u32();
  return after(node.symlink(name, target, { mode: 0o777, uid, gid }), (link) => made(link, reply));
}

export function mknod({ session, body, reply }: Call): Later<void> {
  const { node, uid } = session.fid(body.u32());
  const name = checkName(body.string());
  const mode = body.u32() & (S_IFMT | PERMISSIONS);
  const device = { major: body.u32(), minor: body.u32() };
  const gid = body.u32();
  return after(node.mknod(name, { mode, uid, gid }, device), (special) => made(special, reply));
}

export function mkdir({ session, body, reply }: Call): Later<void> {
  const { node, uid } = session.fid(body.u32());
  const name = checkName(body.string());
  const mode = body.u32() & PERMISSIONS;
  const gid = body.u32();
  return after(node.mkdir(name, { mode, uid, gid }), (directory) => made(directory, reply));
}

export function link({ session, body }: Call): Later<void> {
  const directory = session.fid(body.u32()).node;
  const { node } = session.fid(body.u32());
  return directory.link(checkName(body.string()), node);
}

export function rename({ session, body }: Call): Later<void> {
  const fid = session.fid(body.u32());
  const into = session.fid(body.u32()).node;
  const name = checkName(body.string());
  return after(fid.found(), (place) => move(session, place.directory, place.name, into, name));
}

export function renameat({ session, body }: Call): Later<void> {
  const from = session.fid(body.u32()).node;
  const name = checkName(body.string());
  const into = session.fid(body.u32()).node;
  return move(session, from, name, into, checkName(body.string()));
}

function move(session: Session, from: FsNode, name: string, into: FsNode, newName: string): Later<void> {
  return after(from.rename(name, into, newName, {}), () =>
    session.moved(from, name, { directory: into, name: newName }),
  );
}

export function unlinkat({ session, body }: Call): Later<void> {
  const { node } = session.fid(body.u32());
  const name = checkName(body.string());
  const flags = body.u32();
  if ((flags & ~p9.AT_REMOVEDIR) !== 0) refuse("EINVAL");
  return node.unlink(name, flags !== 0);
}

/** Whether it works or not, the fid is gone. */
export function remove({ session, body }: Call): Later<void> {
  const fid = session.remove(body.u32());
  return finallyDo(
    () => unlinkFound(fid),
    () => void session.close(fid),
  );
}

function unlinkFound(fid: Fid): Later<void> {
  return after(fid.found(), ({ directory, name }) => directory.unlink(name, fid.node.kind === S_IFDIR));
}

// Requests for what a file is.

import { refuse } from "../../../../fs/errno.js";
import type { Changes, Moment } from "../../../../fs/interfaces.js";
import { after, type Later } from "../../../../fs/later.js";
import { bytesOf } from "../../../../fs/names.js";
import * as fuse from "../registers.js";
import type { Call } from "../session.js";

const NS_PER_SECOND = 1e9;

export function getattr({ session, node, reply }: Call): Later<void> {
  return after(node.attributes(), (attributes) => {
    reply.u64(session.policy.valid).u32(0).u32(0).attributes(attributes);
  });
}

export function setattr(call: Call): Later<void> {
  const { node, body } = call;
  const valid = body.u32();
  const has = (bit: number): boolean => (valid & bit) !== 0;
  body.data(12);
  const size = body.u64();
  body.u64();
  const [accessedAt, modifiedAt] = [body.i64(), body.i64()];
  body.i64();
  const [accessedNs, modifiedNs] = [body.u32(), body.u32()];
  body.u32();
  const mode = body.u32();
  body.u32();
  const [uid, gid] = [body.u32(), body.u32()];
  if (has(fuse.SET_SIZE) && !Number.isFinite(size)) refuse("EFBIG");
  const changes: Changes = {
    ...(has(fuse.SET_MODE) ? { mode } : {}),
    ...(has(fuse.SET_UID) ? { uid } : {}),
    ...(has(fuse.SET_GID) ? { gid } : {}),
    ...(has(fuse.SET_SIZE) ? { size } : {}),
    ...(has(fuse.SET_ATIME) ? { accessed: has(fuse.SET_ATIME_NOW) ? "now" : moment(accessedAt, accessedNs) } : {}),
    ...(has(fuse.SET_MTIME) ? { modified: has(fuse.SET_MTIME_NOW) ? "now" : moment(modifiedAt, modifiedNs) } : {}),
    ...(has(fuse.SET_KILL_SUIDGID) ? { dropPrivileges: true } : {}),
  };
  return after(node.change(changes), () => getattr(call));
}

function moment(seconds: number, nanoseconds: number): Moment {
  const fits = nanoseconds < NS_PER_SECOND && Number.isSafeInteger(seconds);
  return fits ? { seconds, nanoseconds } : refuse("EINVAL");
}

export function readlink({ node, reply }: Call): Later<void> {
  return after(node.target(), (target) => void reply.raw(bytesOf(target)));
}

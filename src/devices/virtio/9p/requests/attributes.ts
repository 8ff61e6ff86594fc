// Requests for what a file is.

import { refuse } from "../../../../fs/errno.js";
import type { Changes, Moment } from "../../../../fs/interfaces.js";
import { after, type Later } from "../../../../fs/later.js";
import { packDevice } from "../../../../fs/mode.js";
import * as p9 from "../registers.js";
import type { Call } from "../session.js";
import type { Reader } from "../wire.js";

const NS_PER_SECOND = 1e9;

export function statfs({ session, body, reply }: Call): Later<void> {
  session.fid(body.u32());
  return after(session.fs.statistics(), ({ type, blockSize, blocks, free, files, freeFiles, nameLength }) => {
    reply.u32(type).u32(blockSize).u64(blocks).u64(free).u64(free);
    reply.u64(files).u64(freeFiles).u64(0).u32(nameLength);
  });
}

export function getattr({ session, body, reply }: Call): Later<void> {
  const { node } = session.fid(body.u32());
  // Masks beyond 32 bits are none that there are.
  const wanted = body.u32();
  body.u32();
  return after(node.attributes(), (all) => {
    reply.u64(p9.GETATTR_BASIC | (wanted & (p9.GETATTR_BTIME | p9.GETATTR_DATA_VERSION)));
    reply.qid(all).u32(all.mode).u32(all.uid).u32(all.gid).u64(all.links).u64(packDevice(all.device));
    reply.u64(all.size).u64(all.blockSize).u64(all.blocks);
    reply.moment(all.accessed).moment(all.modified).moment(all.changed).moment(all.born);
    reply.u64(0).u64(all.version);
  });
}

export function setattr({ session, body }: Call): Later<void> {
  const { node } = session.fid(body.u32());
  const valid = body.u32();
  const has = (bit: number): boolean => (valid & bit) !== 0;
  const [mode, uid, gid] = [body.u32(), body.u32(), body.u32()];
  const size = body.u64();
  const accessed = moment(body);
  const modified = moment(body);
  if (has(p9.SET_SIZE) && !Number.isFinite(size)) refuse("EFBIG");
  const changes: Changes = {
    ...(has(p9.SET_MODE) ? { mode } : {}),
    ...(has(p9.SET_UID) ? { uid } : {}),
    ...(has(p9.SET_GID) ? { gid } : {}),
    ...(has(p9.SET_SIZE) ? { size } : {}),
    ...(has(p9.SET_ATIME) ? { accessed: has(p9.SET_ATIME_TO) ? valid32(accessed) : "now" } : {}),
    ...(has(p9.SET_MTIME) ? { modified: has(p9.SET_MTIME_TO) ? valid32(modified) : "now" } : {}),
  };
  return node.change(changes);
}

function moment(body: Reader): Moment {
  return { seconds: body.i64(), nanoseconds: body.u64() };
}

function valid32(moment: Moment): Moment {
  const fits = moment.nanoseconds < NS_PER_SECOND && Number.isSafeInteger(moment.seconds);
  return fits ? moment : refuse("EINVAL");
}

export function readlink({ session, body, reply }: Call): Later<void> {
  const { node } = session.fid(body.u32());
  return after(node.target(), (target) => void reply.string(target));
}

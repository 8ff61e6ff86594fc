// Byte-range locks. A lock that somebody else's is in the way of is answered as blocked; the client asks again.

import { refuse } from "../../../../fs/errno.js";
import type { RangeLock } from "../../../../fs/locks.js";
import type { Fid } from "../fid.js";
import * as p9 from "../registers.js";
import type { Call } from "../session.js";
import type { Reader } from "../wire.js";

interface Asked {
  readonly fid: Fid;
  readonly type: number;
  readonly lock: RangeLock;
  readonly client: string;
}

export function lock({ session, body, reply }: Call): void {
  const fid = session.fid(body.u32());
  const type = body.u8();
  body.u32();
  const { lock: wanted } = asked(fid, type, body);
  const locks = session.locksOf(fid.node);
  fid.lockOwners.add(wanted.owner);
  if (type === p9.LOCK_UNLOCK) {
    locks.unlock(wanted);
    reply.u8(p9.LOCK_SUCCESS);
  } else {
    reply.u8(locks.lock(wanted) ? p9.LOCK_SUCCESS : p9.LOCK_BLOCKED);
  }
}

/** Answers the lock that is in the way, or that there is none. */
export function getlock({ session, body, reply }: Call): void {
  const fid = session.fid(body.u32());
  const { type, lock: wanted, client } = asked(fid, body.u8(), body);
  const other = session.locksOf(fid.node).conflict(wanted);
  const shown = other ?? wanted;
  reply.u8(other ? (other.exclusive ? p9.LOCK_WRITE : p9.LOCK_READ) : p9.LOCK_UNLOCK);
  reply.u64(shown.start).u64(Number.isFinite(shown.end) ? shown.end - shown.start : 0);
  reply.u32(shown.pid).string(client);
  if (type === p9.LOCK_UNLOCK) refuse("EINVAL");
}

function asked(fid: Fid, type: number, body: Reader): Asked {
  const start = body.u64();
  const length = body.u64();
  const pid = body.u32();
  const client = body.string();
  if (type > p9.LOCK_UNLOCK || !Number.isFinite(start)) refuse("EINVAL");
  const end = length === 0 ? Number.POSITIVE_INFINITY : start + length;
  return { fid, type, client, lock: { owner: `${client} ${pid}`, pid, exclusive: type === p9.LOCK_WRITE, start, end } };
}

// Requests about the connection itself.

import { refuse } from "../../../../fs/errno.js";
import type { Later } from "../../../../fs/later.js";
import { P9_MAX_MESSAGE } from "../../../../tuning/devices.js";
import { NOTAG } from "../registers.js";
import type { Call } from "../session.js";

/** Least message size that a client may ask for. */
const LEAST_MESSAGE = 4096;
const VERSION = "9P2000.L";

export function version({ session, body, reply, tag }: Call): void {
  if (tag !== NOTAG) refuse("EPROTO");
  const size = body.u32();
  const wanted = body.string();
  if (size < LEAST_MESSAGE) refuse("EINVAL");
  session.end();
  session.messageSize = Math.min(size, P9_MAX_MESSAGE);
  reply.u32(session.messageSize).string(wanted === VERSION ? VERSION : "unknown");
}

/** Answered when the request it is about has been: what the client gave for it is not touched afterwards. */
export function flush({ session, body, tag }: Call): Later<void> {
  const old = body.u16();
  const waiting = old === tag ? undefined : session.waitFor(old);
  return waiting?.then(() => undefined);
}

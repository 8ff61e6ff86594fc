// Takes a message apart and makes the answer, or the error it is refused with.

import { errnoOf, refuse } from "../../../fs/errno.js";
import { after, afterEither, type Later } from "../../../fs/later.js";
import { HEADER, RLERROR } from "./registers.js";
import { HANDLERS } from "./requests/requests.js";
import type { Session } from "./session.js";
import { Reader, Reply } from "./wire.js";

/** Answers a message of at least a header, in at most `room` bytes. Never fails. */
export function answer(session: Session, message: Uint8Array, room: number): Later<Uint8Array> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const type = message[4]!;
  const tag = view.getUint16(5, true);
  const answered = afterEither(
    () => {
      const size = view.getUint32(0, true);
      if (size < HEADER || size > message.length) refuse("EPROTO");
      const call = { session, body: new Reader(message), reply: new Reply(), tag, room };
      const handler = HANDLERS.get(type) ?? refuse("EOPNOTSUPP");
      return after(handler(call), () => call.reply.finish(type + 1, tag));
    },
    (reply) => (reply.length > room ? refuse("EPROTO") : reply),
    (error) => errorReply(tag, errnoOf(error)),
  );
  return answered instanceof Promise ? session.track(tag, answered) : answered;
}

export function errorReply(tag: number, errno: number): Uint8Array {
  return new Reply().u32(errno).finish(RLERROR, tag);
}

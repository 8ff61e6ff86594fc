// Takes a message apart and makes the answer, or the error it is refused with.

import { ERRNO, errnoOf, refuse } from "../../../fs/errno.js";
import { after, afterEither, type Later } from "../../../fs/later.js";
import { IN_HEADER, OP, ROOT_ID } from "./registers.js";
import { HANDLERS } from "./requests/requests.js";
import type { Session } from "./session.js";
import { Reader, Reply } from "./wire.js";

/** No answer is expected. */
const SILENT: ReadonlySet<number> = new Set([OP.forget, OP.batchForget, OP.interrupt]);
/** Not about a file. */
const GENERAL: ReadonlySet<number> = new Set([OP.init, OP.destroy, OP.batchForget, OP.interrupt, OP.forget]);

const HIGH = 2 ** 32;

/** Answers a message of at least a header, in at most `room` bytes; undefined where none is due. Never fails. */
export function answer(session: Session, message: Uint8Array, room: number): Later<Uint8Array | undefined> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const op = view.getUint32(4, true);
  const unique = message.subarray(8, 16);
  const about = view.getUint32(16, true) + view.getUint32(20, true) * HIGH;
  return afterEither<Uint8Array, Uint8Array | undefined>(
    () => {
      const size = view.getUint32(0, true);
      if (size < IN_HEADER || size > message.length) refuse("EPROTO");
      const handler = HANDLERS.get(op) ?? refuse("ENOSYS");
      if (!session.begun && op !== OP.init) refuse("EPROTO");
      const node = session.nodes.get(GENERAL.has(op) ? ROOT_ID : about);
      const reply = new Reply();
      const call = {
        ...{ session, node, body: new Reader(message.subarray(0, size)), reply, room, about },
        ...{ uid: view.getUint32(24, true), gid: view.getUint32(28, true) },
      };
      return after(handler(call), () => reply.finish(unique, 0));
    },
    (reply) => (SILENT.has(op) ? undefined : reply.length > room ? refuse("EPROTO") : reply),
    (error) => (SILENT.has(op) ? undefined : errorReply(unique, errnoOf(error))),
  );
}

export function errorReply(unique: Uint8Array, errno: number = ERRNO.EIO): Uint8Array {
  return new Reply().finish(unique, errno);
}

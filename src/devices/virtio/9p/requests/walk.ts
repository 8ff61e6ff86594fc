// Requests that give and take fids.

import { refuse } from "../../../../fs/errno.js";
import type { Attributes, FsNode } from "../../../../fs/interfaces.js";
import { after, finallyDo, inTurn, type Later } from "../../../../fs/later.js";
import { S_IFDIR } from "../../../../fs/mode.js";
import { checkName } from "../../../../fs/names.js";
import { Fid } from "../fid.js";
import { MAX_WALK, NOBODY, NONUNAME } from "../registers.js";
import type { Call } from "../session.js";
import { commit } from "./xattr.js";

/** Nobody has to prove who he is. */
export function auth(): never {
  return refuse("EOPNOTSUPP");
}

export function attach({ session, body, reply }: Call): Later<void> {
  const number = body.u32();
  body.u32();
  body.string();
  body.string();
  // 9P2000.L has who it is as a number.
  const uid = body.left >= 4 ? body.u32() : NONUNAME;
  session.mayAdd(number);
  const { root } = session.fs;
  return after(root.attributes(), (attributes) => {
    session.add(number, new Fid(root.hold(), uid === NONUNAME ? NOBODY : uid));
    reply.qid(attributes);
  });
}

export function walk({ session, body, reply }: Call): Later<void> {
  const from = session.fid(body.u32());
  const number = body.u32();
  const count = body.u16();
  if (count > MAX_WALK) refuse("EINVAL");
  const names = Array.from({ length: count }, () => body.string());
  const own = session.has(number) && session.fid(number) === from;
  if (!own) session.mayAdd(number);
  if (own && from.opened) refuse("EBADF");

  let node: FsNode = from.node.hold();
  let place = from.where;
  place?.directory.hold();
  const passed: Attributes[] = [];
  let failure: unknown;
  const step = (name: string): Later<boolean> =>
    after(lookup(node, name, session.fs.root), (next) => {
      place?.directory.release();
      // The directory's hold goes over to the place.
      place = { directory: node, name };
      node = next;
      return after(next.attributes(), (attributes) => {
        passed.push(attributes);
        return true;
      });
    });
  const walked = inTurn(names, (name) =>
    untilFailure(
      () => step(name),
      (error) => (failure = error),
    ),
  );
  return after(walked, () => {
    const whole = passed.length === names.length;
    if (whole && own) {
      if (names.length > 0) from.become(node, place!);
      else node.release();
    } else if (whole) {
      try {
        session.add(number, new Fid(node, from.uid, place));
      } catch (error) {
        node.release();
        failure = error;
      }
    } else {
      node.release();
    }
    place?.directory.release();
    // How far it came is an answer, but for the first step.
    if (failure !== undefined && (passed.length === 0 || whole)) throw failure;
    reply.u16(passed.length);
    for (const attributes of passed) reply.qid(attributes);
  });
}

/** ".." of the root is the root: nothing above it is to be had. */
function lookup(node: FsNode, name: string, root: FsNode): Later<FsNode> {
  if (name === "..") {
    if (node.kind !== S_IFDIR) return refuse("ENOTDIR");
    return (node === root ? root : (node.parent ?? refuse("ENOENT"))).hold();
  }
  return node.lookup(checkName(name));
}

function untilFailure(work: () => Later<boolean>, failed: (error: unknown) => void): Later<boolean> {
  const stop = (error: unknown): boolean => {
    failed(error);
    return false;
  };
  try {
    const value = work();
    return value instanceof Promise ? value.catch(stop) : value;
  } catch (error) {
    return stop(error);
  }
}

export function clunk({ session, body }: Call): Later<void> {
  const fid = session.remove(body.u32());
  return finallyDo(
    () => commit(fid),
    () => void session.close(fid),
  );
}

// Extended attributes, which are read and written like files: a fid is made one's own.

import { refuse } from "../../../../fs/errno.js";
import type { FsNode, XattrHow } from "../../../../fs/interfaces.js";
import { after, type Later } from "../../../../fs/later.js";
import { bytesOf, checkXattrName, XATTR_SIZE_MAX } from "../../../../fs/names.js";
import { Fid, type XattrAccess } from "../fid.js";
import { XATTR_CREATE, XATTR_REPLACE } from "../registers.js";
import type { Call } from "../session.js";

/** A new fid from which the value is read, or the list of all names where none is said. */
export function xattrwalk({ session, body, reply }: Call): Later<void> {
  const from = session.fid(body.u32());
  const number = body.u32();
  const name = body.string();
  session.mayAdd(number);
  return after(name === "" ? list(from.node) : from.node.getXattr(checkXattrName(name)), (value) => {
    const fid = new Fid(from.node.hold(), from.uid, from.where);
    fid.xattr = { name, value, written: 0 };
    session.add(number, fid);
    reply.u64(value.length);
  });
}

/** Names, each with a NUL behind it. */
function list(node: FsNode): Later<Uint8Array> {
  return after(node.listXattrs(), (names) => bytesOf(names.map((name) => `${name}\0`).join("")));
}

/** The fid is one to which the value is written; it is set when the fid is given back. */
export function xattrcreate({ session, body }: Call): void {
  const fid = session.fid(body.u32());
  const name = checkXattrName(body.string());
  const size = body.u64();
  const flags = body.u32();
  if (fid.opened) refuse("EBADF");
  if (size > XATTR_SIZE_MAX) refuse("ERANGE");
  if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) !== 0) refuse("EINVAL");
  fid.xattr = { name, value: new Uint8Array(size), how: { flags }, written: 0 };
}

export function readXattr({ value, how }: XattrAccess, offset: number, into: Uint8Array): number {
  if (how) return refuse("EBADF");
  const part = value.subarray(Math.min(offset, value.length)).subarray(0, into.length);
  into.set(part);
  return part.length;
}

export function writeXattr(xattr: XattrAccess, offset: number, data: Uint8Array): number {
  if (!xattr.how) return refuse("EBADF");
  if (offset + data.length > xattr.value.length) refuse("ENOSPC");
  xattr.value.set(data, offset);
  xattr.written += data.length;
  return data.length;
}

/** On giving back a fid: sets what was written, if that is what it was for. */
export function commit({ node, xattr }: Fid): Later<void> {
  if (!xattr?.how) return;
  const { name, value, written } = xattr;
  const { flags } = xattr.how;
  // Less was written than there was to be.
  if (written !== value.length) refuse("EINVAL");
  // A client's removexattr: nothing in place of what there is.
  if (value.length === 0 && flags === XATTR_REPLACE) return node.removeXattr(name);
  const how: XattrHow = flags === XATTR_CREATE ? "create" : flags === XATTR_REPLACE ? "replace" : "any";
  return node.setXattr(name, value, how);
}

// Requests for extended attributes.

import { refuse } from "../../../../fs/errno.js";
import { after, type Later } from "../../../../fs/later.js";
import { bytesOf, checkXattrName, XATTR_SIZE_MAX } from "../../../../fs/names.js";
import { XATTR_CREATE, XATTR_REPLACE } from "../registers.js";
import type { Call } from "../session.js";

export function setxattr({ session, node, body }: Call): Later<void> {
  const size = body.u32();
  const flags = body.u32();
  if (session.extendedXattrs) body.data(8);
  const name = checkXattrName(body.name());
  if (size > XATTR_SIZE_MAX) refuse("ERANGE");
  if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) !== 0 || flags === (XATTR_CREATE | XATTR_REPLACE)) refuse("EINVAL");
  const how = flags === XATTR_CREATE ? "create" : flags === XATTR_REPLACE ? "replace" : "any";
  return node.setXattr(name, body.data(size), how);
}

export function getxattr(call: Call): Later<void> {
  const { node, body } = call;
  const size = body.u32();
  body.u32();
  return after(node.getXattr(checkXattrName(body.name())), (value) => give(call, size, value));
}

export function listxattr(call: Call): Later<void> {
  const { node, body } = call;
  const size = body.u32();
  return after(node.listXattrs(), (names) => give(call, size, bytesOf(names.map((name) => `${name}\0`).join(""))));
}

/** Of no size asked for: how long it is. */
function give({ reply }: Call, size: number, value: Uint8Array): void {
  if (size === 0) reply.u32(value.length).u32(0);
  else if (value.length > size) refuse("ERANGE");
  else reply.raw(value);
}

export function removexattr({ node, body }: Call): Later<void> {
  return node.removeXattr(checkXattrName(body.name()));
}

// The requests of 9P2000.L by their numbers.

import { T } from "../registers.js";
import type { Handler } from "../session.js";
import * as attributes from "./attributes.js";
import * as control from "./control.js";
import * as entries from "./entries.js";
import * as io from "./io.js";
import * as locks from "./locks.js";
import * as walk from "./walk.js";
import * as xattr from "./xattr.js";

export const HANDLERS: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [T.version, control.version],
  [T.flush, control.flush],
  [T.auth, walk.auth],
  [T.attach, walk.attach],
  [T.walk, walk.walk],
  [T.clunk, walk.clunk],
  [T.lopen, io.lopen],
  [T.lcreate, io.lcreate],
  [T.read, io.read],
  [T.write, io.write],
  [T.readdir, io.readdir],
  [T.fsync, io.fsync],
  [T.statfs, attributes.statfs],
  [T.getattr, attributes.getattr],
  [T.setattr, attributes.setattr],
  [T.readlink, attributes.readlink],
  [T.symlink, entries.symlink],
  [T.mknod, entries.mknod],
  [T.mkdir, entries.mkdir],
  [T.link, entries.link],
  [T.rename, entries.rename],
  [T.renameat, entries.renameat],
  [T.unlinkat, entries.unlinkat],
  [T.remove, entries.remove],
  [T.xattrwalk, xattr.xattrwalk],
  [T.xattrcreate, xattr.xattrcreate],
  [T.lock, locks.lock],
  [T.getlock, locks.getlock],
]);

// The requests of FUSE by their numbers.

import { OP } from "../registers.js";
import type { Handler } from "../session.js";
import * as attributes from "./attributes.js";
import * as control from "./control.js";
import * as directory from "./directory.js";
import * as entries from "./entries.js";
import * as io from "./io.js";
import * as xattr from "./xattr.js";

export const HANDLERS: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [OP.init, control.init],
  [OP.destroy, control.destroy],
  [OP.forget, control.forget],
  [OP.batchForget, control.batchForget],
  [OP.interrupt, control.interrupt],
  [OP.statfs, control.statfs],
  [OP.syncfs, control.syncfs],
  [OP.lookup, entries.lookup],
  [OP.symlink, entries.symlink],
  [OP.mknod, entries.mknod],
  [OP.mkdir, entries.mkdir],
  [OP.unlink, entries.unlink],
  [OP.rmdir, entries.rmdir],
  [OP.rename, entries.rename],
  [OP.rename2, entries.rename2],
  [OP.link, entries.link],
  [OP.getattr, attributes.getattr],
  [OP.setattr, attributes.setattr],
  [OP.readlink, attributes.readlink],
  [OP.open, io.open],
  [OP.create, io.create],
  [OP.read, io.read],
  [OP.write, io.write],
  [OP.flush, io.flush],
  [OP.release, io.release],
  [OP.fsync, io.fsync],
  [OP.fallocate, io.fallocate],
  [OP.lseek, io.lseek],
  [OP.opendir, directory.opendir],
  [OP.readdir, directory.readdir],
  [OP.readdirplus, directory.readdirplus],
  [OP.releasedir, io.release],
  [OP.fsyncdir, control.syncfs],
  [OP.setxattr, xattr.setxattr],
  [OP.getxattr, xattr.getxattr],
  [OP.listxattr, xattr.listxattr],
  [OP.removexattr, xattr.removexattr],
]);

// Numbers of 9P2000.L (Linux: include/net/9p/9p.h) and of the device (virtio 1.2, section 5.17.4 has none; Linux: virtio_9p.h).

export const F_MOUNT_TAG = 0;

/** Requests; the answer is the next number. */
export const T = {
  statfs: 8,
  lopen: 12,
  lcreate: 14,
  symlink: 16,
  mknod: 18,
  rename: 20,
  readlink: 22,
  getattr: 24,
  setattr: 26,
  xattrwalk: 30,
  xattrcreate: 32,
  readdir: 40,
  fsync: 50,
  lock: 52,
  getlock: 54,
  link: 70,
  mkdir: 72,
  renameat: 74,
  unlinkat: 76,
  version: 100,
  auth: 102,
  attach: 104,
  flush: 108,
  walk: 110,
  read: 116,
  write: 118,
  clunk: 120,
  remove: 122,
} as const;
export const RLERROR = 7;

export const NOTAG = 0xffff;
export const NOFID = 0xffffffff;
export const NONUNAME = 0xffffffff;
/** Who makes files where the client does not say: nobody. */
export const NOBODY = 65534;

/** size[4] type[1] tag[2] */
export const HEADER = 7;
/** What a read's answer or a write has besides its data, at most. */
export const IO_HEADER = 24;
/** Names a walk may have. */
export const MAX_WALK = 16;
export const QID_BYTES = 13;
export const QT_DIR = 0x80;
export const QT_SYMLINK = 0x02;

/** getattr: what is valid. */
export const GETATTR_BASIC = 0x7ff;
export const GETATTR_BTIME = 0x800;
export const GETATTR_DATA_VERSION = 0x2000;

/** setattr: what is to be set. */
export const SET_MODE = 1;
export const SET_UID = 2;
export const SET_GID = 4;
export const SET_SIZE = 8;
export const SET_ATIME = 0x10;
export const SET_MTIME = 0x20;
export const SET_CTIME = 0x40;
export const SET_ATIME_TO = 0x80;
export const SET_MTIME_TO = 0x100;

export const XATTR_CREATE = 1;
export const XATTR_REPLACE = 2;

export const AT_REMOVEDIR = 0x200;

/** Types of locks, and what became of one. */
export const LOCK_READ = 0;
export const LOCK_WRITE = 1;
export const LOCK_UNLOCK = 2;
export const LOCK_SUCCESS = 0;
export const LOCK_BLOCKED = 1;

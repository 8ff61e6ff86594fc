// Numbers of FUSE (Linux: include/uapi/linux/fuse.h) as virtio-fs carries it (virtio 1.2, section 5.11).

/** Of the protocol we speak: major, and the least and highest minor. */
export const MAJOR = 7;
export const LEAST_MINOR = 31;
export const MINOR = 38;

export const ROOT_ID = 1;
export const IN_HEADER = 40;
export const OUT_HEADER = 16;
export const TAG_BYTES = 36;

export const OP = {
  lookup: 1,
  forget: 2,
  getattr: 3,
  setattr: 4,
  readlink: 5,
  symlink: 6,
  mknod: 8,
  mkdir: 9,
  unlink: 10,
  rmdir: 11,
  rename: 12,
  link: 13,
  open: 14,
  read: 15,
  write: 16,
  statfs: 17,
  release: 18,
  fsync: 20,
  setxattr: 21,
  getxattr: 22,
  listxattr: 23,
  removexattr: 24,
  flush: 25,
  init: 26,
  opendir: 27,
  readdir: 28,
  releasedir: 29,
  fsyncdir: 30,
  create: 35,
  interrupt: 36,
  destroy: 38,
  batchForget: 42,
  fallocate: 43,
  readdirplus: 44,
  rename2: 45,
  lseek: 46,
  syncfs: 50,
} as const;

/** Of init. */
export const ASYNC_READ = 1 << 0;
export const ATOMIC_O_TRUNC = 1 << 3;
export const BIG_WRITES = 1 << 5;
export const AUTO_INVAL_DATA = 1 << 12;
export const DO_READDIRPLUS = 1 << 13;
export const READDIRPLUS_AUTO = 1 << 14;
export const ASYNC_DIO = 1 << 15;
export const PARALLEL_DIROPS = 1 << 18;
export const MAX_PAGES = 1 << 22;
export const CACHE_SYMLINKS = 1 << 23;
export const HANDLE_KILLPRIV_V2 = 1 << 28;
export const SETXATTR_EXT = 1 << 29;

/** Of open's answer. */
export const FOPEN_DIRECT_IO = 1;
export const FOPEN_KEEP_CACHE = 2;

/** Of what open and create ask. */
export const OPEN_KILL_SUIDGID = 1;

/** Of write: of pages, by whatever handle there is. */
export const WRITE_CACHE = 1;
export const WRITE_KILL_SUIDGID = 4;

/** setattr: what is to be set. */
export const SET_MODE = 1;
export const SET_UID = 2;
export const SET_GID = 4;
export const SET_SIZE = 8;
export const SET_ATIME = 16;
export const SET_MTIME = 32;
export const SET_ATIME_NOW = 128;
export const SET_MTIME_NOW = 256;
export const SET_KILL_SUIDGID = 2048;

export const FSYNC_DATA_ONLY = 1;

export const RENAME_NOREPLACE = 1;
export const RENAME_EXCHANGE = 2;
export const RENAME_WHITEOUT = 4;

export const XATTR_CREATE = 1;
export const XATTR_REPLACE = 2;

export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;

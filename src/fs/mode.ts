// Bits of st_mode, as stat(2) has them.

export const S_IFMT = 0o170000;
export const S_IFSOCK = 0o140000;
export const S_IFLNK = 0o120000;
export const S_IFREG = 0o100000;
export const S_IFBLK = 0o060000;
export const S_IFDIR = 0o040000;
export const S_IFCHR = 0o020000;
export const S_IFIFO = 0o010000;

export const S_ISUID = 0o4000;
export const S_ISGID = 0o2000;
export const S_ISVTX = 0o1000;
export const S_IXGRP = 0o010;
/** All but the kind. */
export const PERMISSIONS = 0o7777;

/** d_type of a directory entry. */
export function entryType(kind: number): number {
  return (kind & S_IFMT) >>> 12;
}

/** Mode of a file after somebody without privileges has written to it (inode(7)). */
export function withoutPrivileges(mode: number): number {
  if ((mode & S_IFMT) !== S_IFREG) return mode;
  const group = (mode & S_IXGRP) === 0 ? 0 : S_ISGID;
  return mode & ~(S_ISUID | group);
}

/** A device number in 32 bits, as Linux has it between kernel and programs (new_encode_dev). */
export function packDevice({ major, minor }: { major: number; minor: number }): number {
  return ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & 0xfff00) << 12)) >>> 0;
}

export function unpackDevice(packed: number): { major: number; minor: number } {
  return { major: (packed >>> 8) & 0xfff, minor: (packed & 0xff) | ((packed >>> 12) & 0xfff00) };
}

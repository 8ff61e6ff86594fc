// Flags of open(2) as Linux has them on most machines: both protocols pass the guest's on.

import type { OpenOptions } from "./interfaces.js";

export const O_ACCMODE = 3;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_EXCL = 0o200;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_DIRECTORY = 0o200000;

/** What may be done with the file; O_APPEND is the protocol's own matter. */
export function accessOf(flags: number): OpenOptions {
  const access = flags & O_ACCMODE;
  const truncate = (flags & O_TRUNC) !== 0;
  // Linux truncates whatever the access is.
  const write = access === O_WRONLY || access === O_RDWR || truncate;
  return { read: access !== O_WRONLY, write, truncate };
}

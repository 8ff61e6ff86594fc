// What the host's file system refuses, as the guest is told it.

import { ERRNO, type ErrorName, FsError, refusal } from "../../fs/errno.js";

/** Does it; what the host refuses is an FsError of the same name. */
export function onHost<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw fromHost(error);
  }
}

export function fromHost(error: unknown): unknown {
  if (error instanceof FsError || !(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  if (code === "ENOTSUP") return refusal("EOPNOTSUPP");
  return refusal(Object.hasOwn(ERRNO, code) ? (code as ErrorName) : "EIO");
}

export function isRefusal(error: unknown, name: ErrorName): boolean {
  return error instanceof FsError && error.name === name;
}

// Error numbers as Linux has them on most machines (include/uapi/asm-generic/errno*.h). Whatever the host's own
// numbers are, guests are told these.

export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ETXTBSY: 26,
  EFBIG: 27,
  ENOSPC: 28,
  ESPIPE: 29,
  EROFS: 30,
  EMLINK: 31,
  ERANGE: 34,
  EDEADLK: 35,
  ENAMETOOLONG: 36,
  ENOLCK: 37,
  ENOSYS: 38,
  ENOTEMPTY: 39,
  ELOOP: 40,
  ENODATA: 61,
  EPROTO: 71,
  EOVERFLOW: 75,
  EOPNOTSUPP: 95,
  ESTALE: 116,
  EDQUOT: 122,
} as const;

export type ErrorName = keyof typeof ERRNO;

/** What people know some of them by. */
export const ERRNO_TEXT: Readonly<Partial<Record<ErrorName, string>>> = {
  EACCES: "Permission denied",
  EBUSY: "it is the folder itself",
  EEXIST: "there is something of that name",
  EISDIR: "it is a directory",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "a name is too long",
  ENOENT: "there is no such file",
  ENOSPC: "there is no room",
  ENOTDIR: "it is no directory",
  ENOTEMPTY: "it is not empty",
  EROFS: "the folder is read-only",
  EXDEV: "a symbolic link leads out of the folder",
};

/** What a file system refuses. It is an answer and no fault, so there is one of each, made without a look at the stack. */
export class FsError {
  readonly errno: number;

  constructor(readonly name: ErrorName) {
    this.errno = ERRNO[name];
  }

  get message(): string {
    return this.name;
  }
}

const REFUSALS = new Map(Object.keys(ERRNO).map((name) => [name as ErrorName, new FsError(name as ErrorName)]));

/** To be thrown. */
export function refusal(name: ErrorName): FsError {
  return REFUSALS.get(name)!;
}

/** For use in an expression. */
export function refuse(name: ErrorName): never {
  throw refusal(name);
}

/** The number for whatever was thrown: a fault of the program or the host is EIO. */
export function errnoOf(error: unknown): number {
  return error instanceof FsError ? error.errno : ERRNO.EIO;
}

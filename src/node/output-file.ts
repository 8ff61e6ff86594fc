// Files that output goes to. A name that is a disk's by mistake costs nobody the disk.

import * as fs from "node:fs";
import { MachineError } from "../machine/host.js";
import { inUseBy } from "./image-lock.js";

/** Throws MachineError when a file is one of `images`, this machine's disks, or another machine's. */
export function refuseDisks(path: string, images: readonly string[]): void {
  const file = found(path);
  if (!file?.isBlockDevice() && !(file?.isFile() && file.size > 0)) return;
  const own = images.some((image) => same(file, found(image)));
  const who = own ? "this machine" : usedBy(path);
  if (who === undefined) return;
  throw new MachineError(`'${path}' is in use as a disk by ${who}: nothing else is written to it; name another file`, {
    code: "ERR_FILE",
  });
}

/**
 * Opens a file for output, emptied unless `append`. Throws MachineError when it is one of `images`, this machine's disks, or
 * another machine's, and the host's own error when it cannot be opened.
 */
export function openOutputFile(path: string, append: boolean, images: readonly string[]): number {
  refuseDisks(path, images);
  return fs.openSync(path, append ? "a" : "w");
}

function found(path: string): fs.Stats | undefined {
  return fs.statSync(path, { throwIfNoEntry: false });
}

function same(file: fs.Stats, other: fs.Stats | undefined): boolean {
  return file.ino === other?.ino && file.dev === other.dev;
}

/** Who has the file as an image; undefined: nobody, as far as one can see. */
function usedBy(path: string): string | undefined {
  let fd: number;
  try {
    fd = fs.openSync(path, "r");
  } catch {
    return undefined;
  }
  try {
    return inUseBy(fd);
  } finally {
    fs.closeSync(fd);
  }
}

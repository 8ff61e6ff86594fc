// What becomes of a disk's request that the host cannot do: werror= and rerror= of its drive.

import { BlockError } from "../block/interfaces.js";
import type { DiskErrors } from "../devices/registry/context.js";
import type { ReadErrors, WriteErrors } from "../options/config.js";

/** Who is told. */
export interface DiskErrorListener {
  warn(message: string): void;
  /** Stops the machine until the user lets it go on. */
  stopForError(message: string): void;
}

/** Decides on each failure, and tells the user: of every stop, of other failures once. */
export function diskErrors(
  id: string,
  werror: WriteErrors,
  rerror: ReadErrors,
  listener: DiskErrorListener,
): DiskErrors {
  let told = false;
  return (error, operation) => {
    const full = error instanceof BlockError && error.full;
    const policy = operation === "read" ? rerror : werror === "enospc" ? (full ? "stop" : "report") : werror;
    const message = `drive ${id}: ${error.message}`;
    if (policy === "stop") listener.stopForError(message);
    else if (!told) listener.warn(message);
    told = true;
    return policy;
  };
}

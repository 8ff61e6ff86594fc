// Errors on their way between threads: a class does not survive that, its fields do.

import { BlockError } from "../block/interfaces.js";
import { StateError } from "../devices/state.js";
import { MachineError, type MachineErrorCode } from "../machine/host.js";
import { OptionError } from "../options/error.js";

export interface PostedError {
  message: string;
  code: MachineErrorCode;
  url: string | undefined;
  /** What it came of; its stack is that of the machine's thread. */
  cause: { name: string; message: string; stack: string | undefined } | undefined;
}

export function postedError(error: unknown): PostedError {
  const { message, code, url, cause } = known(error);
  if (!(cause instanceof Error)) return { message, code, url, cause: undefined };
  const { name, stack } = cause;
  return { message, code, url, cause: { name, message: cause.message, stack } };
}

/** The error as a user of the API gets it. */
export function receivedError({ message, code, url, cause }: PostedError): MachineError {
  if (!cause) return new MachineError(message, { code, url });
  const original = new Error(cause.message);
  original.name = cause.name;
  if (cause.stack !== undefined) original.stack = cause.stack;
  return new MachineError(message, { code, url, cause: original });
}

/** Everything that is not said to the user on purpose is a fault of ours. */
function known(error: unknown): MachineError {
  if (error instanceof MachineError) return error;
  if (error instanceof OptionError) return new MachineError(error.message, { code: "ERR_OPTION", cause: error });
  if (error instanceof BlockError) return new MachineError(error.message, { code: "ERR_FILE", cause: error });
  // A page's worker could not load one of its files (tools/page-worker.mjs).
  if (error instanceof Error && error.name === "PartError") {
    return new MachineError(error.message, { code: "ERR_FILE", url: (error as { url?: string }).url, cause: error });
  }
  if (error instanceof StateError) return new MachineError(error.message, { code: error.code, cause: error });
  const message = error instanceof Error ? error.message : String(error);
  return new MachineError(`internal error: ${message}`, { code: "ERR_INTERNAL", cause: error });
}

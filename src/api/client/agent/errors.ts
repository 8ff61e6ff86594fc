// What the guest's kernel says, in words.

import { MachineError } from "../../../machine/host.js";
import { STAGE_DIRECTORY, STAGE_PROGRAM, STAGE_USER } from "./protocol.js";

const ERRORS: Readonly<Record<number, readonly [name: string, text: string]>> = {
  1: ["EPERM", "Operation not permitted"],
  2: ["ENOENT", "No such file or directory"],
  5: ["EIO", "Input/output error"],
  7: ["E2BIG", "Argument list too long"],
  8: ["ENOEXEC", "Exec format error"],
  11: ["EAGAIN", "Resource temporarily unavailable"],
  12: ["ENOMEM", "Cannot allocate memory"],
  13: ["EACCES", "Permission denied"],
  16: ["EBUSY", "Device or resource busy"],
  17: ["EEXIST", "File exists"],
  18: ["EXDEV", "Invalid cross-device link"],
  20: ["ENOTDIR", "Not a directory"],
  21: ["EISDIR", "Is a directory"],
  22: ["EINVAL", "Invalid argument"],
  24: ["EMFILE", "Too many open files"],
  26: ["ETXTBSY", "Text file busy"],
  27: ["EFBIG", "File too large"],
  28: ["ENOSPC", "No space left on device"],
  30: ["EROFS", "Read-only file system"],
  36: ["ENAMETOOLONG", "File name too long"],
  39: ["ENOTEMPTY", "Directory not empty"],
  40: ["ELOOP", "Too many levels of symbolic links"],
  122: ["EDQUOT", "Disk quota exceeded"],
};

/** The same numbers on all guests that there are. */
const SIGNALS =
  "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS".split(
    " ",
  );

export function signalName(number: number): string {
  const name = SIGNALS[number - 1];
  return name ? `SIG${name}` : `SIG${number}`;
}

/** `what` begins the sentence, "could not read '/x' in the guest". */
export function guestError(what: string, number: number): MachineError {
  const [name, text] = ERRORS[number] ?? [`error ${number}`, "its kernel refuses"];
  const cause = Object.assign(new Error(text), { code: name, errno: number });
  return new MachineError(`${what} in the guest: ${text} (${name})`, { code: "ERR_GUEST", cause });
}

const STAGES: Readonly<Record<number, string>> = {
  [STAGE_USER]: "could not become the user of the command",
  [STAGE_DIRECTORY]: "could not go to the cwd of the command",
  [STAGE_PROGRAM]: "could not run the program of the command",
};

export function stageError(stage: number, number: number): MachineError {
  return guestError(STAGES[stage] ?? "could not start the command", number);
}

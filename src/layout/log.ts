// What core tells the host for -d: kinds of log calls (core/engine/host.ts), each with up to three numbers.

/** a, b: the first 8 bytes of the instruction; c: its length. */
export const LOG_UNIMPLEMENTED = 1;
/** a: number of the exception or interrupt; b: its error code; c: program counter. Only while E_LOG is set. */
export const LOG_INTERRUPT = 2;
/** From here on the guest's own: what they mean the arch knows (Arch.logText). */
export const LOG_ARCH = 16;

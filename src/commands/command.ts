// What a command of the program `wasmachine` is.

/** Folder that `guest` writes to and `boot` reads, unless told otherwise: below the current one. */
export const GUEST_FOLDER = "pack";

export interface Command {
  /** One line for the list of commands. */
  summary: string;
  /** Runs the command with the arguments that follow its name; resolves to the exit status. */
  run(args: readonly string[]): Promise<number>;
}

/** An error whose message is the whole story for the person at the terminal. */
export class CommandError extends Error {}

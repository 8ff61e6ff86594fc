// The command line program: reads the options, runs the machine, answers with an exit status.

import * as fs from "node:fs";
import { printable } from "../base/printable.js";
import { BlockError } from "../block/interfaces.js";
import { DEFAULT_GUEST, programName } from "../guests/programs.js";
import { MachineError } from "../machine/host.js";
import { catalogue, parseArguments } from "../machines/arguments.js";
import type { MachineConfig } from "../options/config.js";
import { OptionError } from "../options/error.js";
import type { ParsedArguments } from "../options/parse.js";
import { programInfo } from "./program.js";
import { runMachine } from "./run-machine.js";

/** Where the program's own words go; the machine's consoles have ways of their own. */
export interface Words {
  out(text: string): void;
  error(text: string): void;
}

const PROCESS: Words = { out: (text) => void fs.writeSync(1, text), error: (text) => void fs.writeSync(2, text) };

/** Runs the program of a guest with these arguments (without its name) and resolves to its exit status. */
export async function main(
  args: readonly string[],
  words: Words = PROCESS,
  guest: string = DEFAULT_GUEST,
): Promise<number> {
  const complain = (message: string): void => words.error(`${programName(guest)}: ${printable(message)}\n`);
  try {
    const program = programInfo(guest);
    const parsed: ParsedArguments = parseArguments(args, program, catalogue(guest));
    if (parsed.kind === "text") {
      words.out(parsed.text);
      return 0;
    }
    return await run(parsed.config, program.version);
  } catch (error) {
    complain(explain(error));
    return 1;
  }
}

function run(config: MachineConfig, version: string): Promise<number> {
  return new Promise((resolve, reject) => {
    // A failure outside the machine's own promises must not leave the terminal raw with a stack trace on it.
    process.once("uncaughtException", reject);
    process.once("unhandledRejection", reject);
    runMachine(config, version).then(resolve, reject);
  });
}

function explain(error: unknown): string {
  if (error instanceof OptionError || error instanceof MachineError || error instanceof BlockError)
    return error.message;
  if (process.env.WASMACHINE_DEBUG && error instanceof Error) return `internal error: ${error.stack}`;
  return `internal error: ${error instanceof Error ? error.message : String(error)}`;
}

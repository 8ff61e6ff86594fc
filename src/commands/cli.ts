#!/usr/bin/env node
// The program `wasmachine`: one word chooses the command.

import { printable } from "../base/printable.js";
import { GuestError } from "../images/run.js";
import { programInfo } from "../node/program.js";
import { boot } from "./boot.js";
import { type Command, CommandError } from "./command.js";
import { guest } from "./guest.js";
import { img } from "./img/img.js";

const COMMANDS: Readonly<Record<string, Command>> = { boot, guest, img };

function usage(): string {
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(8)}${summary}\n`);
  return (
    `usage: wasmachine COMMAND [OPTIONS]\n\n${rows.join("")}\n` +
    "wasmachine COMMAND --help tells more. wasmachine-system-x86_64 and wasmachine-system-riscv64 take QEMU's options.\n"
  );
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === "help" || /^--?h(elp)?$/.test(name)) {
    process.stdout.write(usage());
    return name === undefined ? 1 : 0;
  }
  if (/^--?version$/.test(name)) {
    process.stdout.write(`wasmachine ${programInfo().version}\n`);
    return 0;
  }
  if (!Object.hasOwn(COMMANDS, name))
    throw new CommandError(`there is no command '${name}'; there are ${Object.keys(COMMANDS).join(" and ")}`);
  return COMMANDS[name]!.run(args);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Options that parseArgs does not know are a TypeError with a code.
  const meant = error instanceof CommandError || error instanceof GuestError || "code" in error;
  return meant ? error.message : `internal error: ${error.stack}`;
}

// Standard input may still be open: the process ends with the command.
process.exit(
  await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(`wasmachine: ${printable(explain(error))}`);
    return 1;
  }),
);

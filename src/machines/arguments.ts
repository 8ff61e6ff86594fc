import { DEVICES } from "../devices/devices.js";
import { type ParsedArguments, type ProgramInfo, parseOptions } from "../options/parse.js";
import type { Catalogue } from "../options/rows.js";
import { MACHINES } from "./machines.js";
import type { Architecture } from "./programs.js";

/** All that an option may name in this house. */
export function catalogue(architecture: Architecture = "x86_64"): Catalogue {
  return { devices: DEVICES, machines: MACHINES.for(architecture) };
}

/** Reads a command line (without the program's name). Throws OptionError with one sentence. */
export function parseArguments(
  args: readonly string[],
  program: ProgramInfo,
  names: Catalogue = catalogue(),
): ParsedArguments {
  return parseOptions(args, program, names);
}

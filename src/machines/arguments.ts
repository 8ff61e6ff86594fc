import { DEVICES } from "../devices/devices.js";
import { type ParsedArguments, type ProgramInfo, parseOptions } from "../options/parse.js";
import type { Catalogue } from "../options/rows.js";

/** All that an option may name in this house. */
export const CATALOGUE: Catalogue = { devices: DEVICES };

/** Reads a command line (without the program's name). Throws OptionError with one sentence. */
export function parseArguments(
  args: readonly string[],
  program: ProgramInfo,
  catalogue: Catalogue = CATALOGUE,
): ParsedArguments {
  return parseOptions(args, program, catalogue);
}

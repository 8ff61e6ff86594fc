import { DEVICES } from "../devices/devices.js";
import { findGuest } from "../guests/guests.js";
import { GUEST_TYPES } from "../guests/list.js";
import { DEFAULT_GUEST } from "../guests/programs.js";
import { OptionError } from "../options/error.js";
import { type ParsedArguments, type ProgramInfo, parseOptions } from "../options/parse.js";
import type { Catalogue } from "../options/rows.js";
import { MACHINES } from "./machines.js";

/** All that an option may name in this house, for a guest. Throws OptionError where there is none of that name. */
export function catalogue(guest: string = DEFAULT_GUEST): Catalogue {
  const names: readonly string[] = GUEST_TYPES.map(({ name }) => name);
  if (!names.includes(guest))
    throw new OptionError(`there is no architecture '${guest}'; there are ${names.join(" and ")}`);
  return { guest: findGuest(guest), devices: DEVICES, machines: MACHINES.for(guest) };
}

/** Reads a command line (without the program's name). Throws OptionError with one sentence. */
export function parseArguments(
  args: readonly string[],
  program: ProgramInfo,
  names: Catalogue = catalogue(),
): ParsedArguments {
  return parseOptions(args, program, names);
}

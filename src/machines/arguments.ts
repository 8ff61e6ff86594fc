import { DEVICES } from "../devices/devices.js";
import { findGuest, type GuestName } from "../guests/guests.js";
import { DEFAULT_GUEST } from "../guests/programs.js";
import { type ParsedArguments, type ProgramInfo, parseOptions } from "../options/parse.js";
import type { Catalogue } from "../options/rows.js";
import { MACHINES } from "./machines.js";

/** All that an option may name in this house. */
export function catalogue(guest: GuestName = DEFAULT_GUEST): Catalogue {
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

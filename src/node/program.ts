import * as fs from "node:fs";
import { DEFAULT_GUEST, programName } from "../guests/programs.js";
import type { ProgramInfo } from "../options/parse.js";

/** Name and version of the program of a guest. */
export function programInfo(guest: string = DEFAULT_GUEST): ProgramInfo {
  // dist/node/program.js and src/node/program.ts lie equally deep in the package.
  const packageFile = new URL("../../package.json", import.meta.url);
  const { version } = JSON.parse(fs.readFileSync(packageFile, "utf8")) as { version: string };
  return { name: programName(guest), version };
}

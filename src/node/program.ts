import * as fs from "node:fs";
import { DEFAULT_GUEST, programName } from "../guests/programs.js";
import type { ProgramInfo } from "../options/parse.js";

export const PROGRAM_NAME = programName(DEFAULT_GUEST);

/** Name and version of this program. */
export function programInfo(): ProgramInfo {
  // dist/node/program.js and src/node/program.ts lie equally deep in the package.
  const packageFile = new URL("../../package.json", import.meta.url);
  const { version } = JSON.parse(fs.readFileSync(packageFile, "utf8")) as { version: string };
  return { name: PROGRAM_NAME, version };
}

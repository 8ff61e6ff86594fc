import * as fs from "node:fs";
import { fileURLToPath } from "node:url";
import { coreFile } from "../arch/guest.js";
import { sharedModule } from "../engine/shared.js";
import type { GuestName } from "../guests/guests.js";
import { DEFAULT_GUEST } from "../guests/programs.js";
import { MachineError } from "../machine/host.js";
import { setV8Flags } from "./v8.js";

/** A guest's core, compiled, and V8 made ready for what is compiled at run time. It lies in dist/, where the build puts it, whether this
 *  file runs from there or from src/. `shared`: for memory that threads share. */
export function loadCoreModule(guest: GuestName = DEFAULT_GUEST, shared = false): WebAssembly.Module {
  setV8Flags();
  const file = fileURLToPath(new URL(`../../dist/${coreFile(guest)}`, import.meta.url));
  try {
    const bytes = new Uint8Array(fs.readFileSync(file));
    return new WebAssembly.Module(shared ? sharedModule(bytes) : bytes);
  } catch (error) {
    throw new MachineError(`could not load ${file}: ${(error as Error).message} (npm run build makes it)`, {
      code: "ERR_FILE",
      cause: error,
    });
  }
}

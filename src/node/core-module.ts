import * as fs from "node:fs";
import { fileURLToPath } from "node:url";
import { MachineError } from "../machine/host.js";
import { setV8Flags } from "./v8.js";

/** core-x86_64.wasm, compiled, and V8 made ready for what is compiled at run time. It lies in dist/, where the build puts it, whether this file runs from there or from src/. */
export function loadCoreModule(): WebAssembly.Module {
  setV8Flags();
  const file = fileURLToPath(new URL("../../dist/core-x86_64.wasm", import.meta.url));
  try {
    return new WebAssembly.Module(fs.readFileSync(file));
  } catch (error) {
    throw new MachineError(`could not load ${file}: ${(error as Error).message} (npm run build makes it)`, {
      code: "ERR_FILE",
      cause: error,
    });
  }
}

// The core of the x86 guest, for tests that drive it without a machine.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export function coreModule(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(fileURLToPath(new URL("../dist/core-x86_64.wasm", import.meta.url))));
}

// core.wasm and the x86 frontend, for tests that drive the engine directly.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Frontend } from "../../src/frontend/frontend.js";

export interface Parts {
  module: WebAssembly.Module;
  frontend: Frontend;
  cpuid: { table: Uint32Array; features: Uint32Array };
}

export function coreModule(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(fileURLToPath(new URL("../../dist/core.wasm", import.meta.url))));
}

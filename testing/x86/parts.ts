// core-x86_64.wasm and the x86 frontend, for tests that drive the engine directly.

import type { Frontend } from "../../src/arch/frontend.js";
import { X86Frontend } from "../../src/arch/x86/frontend/translate.js";
import { coreModule } from "../core.js";

export interface Parts {
  module: WebAssembly.Module;
  frontend: Frontend;
  cpuid: { table: Uint32Array; features: Uint32Array };
}

/** The frontend with every feature, and an empty CPUID table (the corpus leaves CPUID out). */
export function corpusParts(): Parts {
  return {
    module: coreModule(),
    frontend: new X86Frontend("all"),
    cpuid: { table: new Uint32Array(0), features: new Uint32Array(8).fill(0xffffffff) },
  };
}

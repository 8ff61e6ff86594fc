// The engine for a -cpu: frontend and CPUID of the model.

import type { Engine, Tier1 } from "../engine/engine.js";
import { X86Frontend } from "../frontend/x86/translate.js";
import type { CpuConfig } from "../options/config.js";
import { type CpuModel, cpuModel } from "./x86-cpuid.js";

/** What a host gives besides itself: core.wasm, compiled, and the second tier. */
export interface EngineParts {
  module: WebAssembly.Module;
  tier1?: (engine: Engine) => Tier1;
}

export interface CpuParts {
  frontend: X86Frontend;
  model: CpuModel;
}

export function cpuParts(config: CpuConfig): CpuParts {
  const model = cpuModel(config);
  return { frontend: new X86Frontend(model.features), model };
}

// The engine for a -cpu: frontend and CPUID of the model.

import { buildCpuModel, type X86CpuModel } from "../../arch/x86/frontend/cpuid.js";
import { X86_FEATURES } from "../../arch/x86/frontend/features.js";
import { X86Frontend } from "../../arch/x86/frontend/translate.js";
import type { DeviceRegistry } from "../../devices/registry/registry.js";
import type { Engine, Tier1 } from "../../engine/engine.js";
import type { CpuConfig } from "../../options/config.js";

/** What a host gives besides itself: core.wasm, compiled, and the second tier. */
export interface EngineParts {
  module: WebAssembly.Module;
  tier1?: (engine: Engine) => Tier1;
  /** What -device makes: those of this house unless told. */
  devices?: DeviceRegistry;
}

export interface CpuParts {
  frontend: X86Frontend;
  model: X86CpuModel;
  /** Features asked for that the emulator does not have; they are left out. */
  missing: string[];
}

/** The CPU of a -cpu. */
export function cpuParts({ model: name, features, vendor }: CpuConfig): CpuParts {
  const known = features.filter((feature) => !feature.on || X86_FEATURES.has(feature.name));
  const missing = features.filter((feature) => !known.includes(feature)).map((feature) => feature.name);
  const model = buildCpuModel(name, known, vendor);
  return { frontend: new X86Frontend(model.names), model, missing };
}

// The engine for a -cpu: frontend and CPUID of the model.

import { buildCpuModel, type X86CpuModel } from "../../arch/x86/frontend/cpuid.js";
import { X86_FEATURES } from "../../arch/x86/frontend/features.js";
import { X86Frontend } from "../../arch/x86/frontend/translate.js";
import type { CpuConfig } from "../../options/config.js";

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

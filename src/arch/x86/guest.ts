// The x86 guest of a -cpu: frontend and CPUID of the model.

import type { CpuConfig } from "../../options/config.js";
import type { Guest, Translation } from "../guest.js";
import { X86 } from "./arch.js";
import { buildCpuModel, type X86CpuModel, type X86Model } from "./frontend/cpuid.js";
import { X86_FEATURES } from "./frontend/features.js";
import { X86Frontend } from "./frontend/translate.js";

export type { X86CpuModel };

export interface X86Translation extends Translation {
  readonly frontend: X86Frontend;
  readonly model: X86CpuModel;
}

/** The CPU of a -cpu, of the rows of type.ts. */
export function x86Translation({ model: name, features, properties }: CpuConfig): X86Translation {
  const known = features.filter((feature) => !feature.on || X86_FEATURES.has(feature.name));
  const missing = features.filter((feature) => !known.includes(feature)).map((feature) => feature.name);
  const model = buildCpuModel(name as X86Model, known, properties.vendor as string | undefined);
  return { frontend: new X86Frontend(model.names), model, missing };
}

export const X86_GUEST: Guest = { arch: X86, translation: x86Translation };

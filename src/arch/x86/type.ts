import { defineGuest } from "../guest.js";
import { X86_MODELS } from "./frontend/cpuid.js";
import { featureName } from "./frontend/feature-names.js";
import { X86_FEATURES } from "./frontend/features.js";

export const guest = defineGuest({
  name: "x86_64",
  cpus: {
    models: X86_MODELS,
    properties: {
      vendor: {
        type: "string",
        text: "CPUID's name of the maker",
        pattern: {
          is: /^[\x20-\x7e]{12}$/,
          says: "a vendor has 12 characters, such as AuthenticAMD and GenuineIntel",
        },
      },
    },
    features: [...X86_FEATURES.keys()],
    feature: featureName,
  },
  async load() {
    const { X86_GUEST } = await import("./guest.js");
    return X86_GUEST;
  },
});

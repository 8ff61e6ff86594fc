import { defineGuest } from "../guest.js";
import { EXTENSIONS, extensionName, RISCV_MODELS } from "./extensions.js";

export const guest = defineGuest({
  name: "riscv64",
  cpus: { models: RISCV_MODELS, properties: {}, features: EXTENSIONS, feature: extensionName },
  async load() {
    const { RISCV_GUEST } = await import("./guest.js");
    return RISCV_GUEST;
  },
});

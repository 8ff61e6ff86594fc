import { defineGuest } from "../guest.js";
import { CPUS } from "./models.js";

export const guest = defineGuest({
  name: "riscv64",
  cpus: CPUS,
  semihosting: true,
  async load() {
    const { RISCV_GUEST } = await import("./guest.js");
    return RISCV_GUEST;
  },
});

// Made by tools/registries.mjs out of the folders: every one with a type.ts is here. Not to be changed by hand.

import { guest as riscv } from "../arch/riscv/type.js";
import { guest as x86 } from "../arch/x86/type.js";

// biome-ignore format: made
export const GUEST_TYPES = [
  riscv,
  x86,
] as const;

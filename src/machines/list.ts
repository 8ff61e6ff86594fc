// Made by tools/registries.mjs out of the folders: every one with a type.ts is here. Not to be changed by hand.

import { machine as pc } from "./pc/type.js";
import { machine as spike } from "./spike/type.js";
import { machine as virt } from "./virt/type.js";

// biome-ignore format: made
export const MACHINE_TYPES = [
  pc,
  spike,
  virt,
] as const;

// The table of core functions that x86 IR calls (src/ir/helpers.ts). A helper's number is its index here.

import type { HelperDef } from "../../../ir/helpers.js";
import { INTEGER_HELPERS } from "./helpers/integer.js";
import { SIMD_HELPERS } from "./helpers/simd.js";
import { SYSTEM_HELPERS } from "./helpers/system.js";
import { X87_HELPERS } from "./helpers/x87.js";

export const HELPERS: readonly HelperDef[] = [...INTEGER_HELPERS, ...SIMD_HELPERS, ...X87_HELPERS, ...SYSTEM_HELPERS];

const ids = new Map(HELPERS.map((def, id) => [def.name, id]));
if (ids.size !== HELPERS.length) throw new Error("a helper is declared twice");

/** Number of a helper; looked up once, when a module loads. Throws where there is none (a bug). */
export function helperId(name: string): number {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`no helper ${name}`);
  return id;
}

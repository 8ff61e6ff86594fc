import type { HelperDef } from "../../../ir/helpers.js";

export const SIMD_HELPERS: readonly HelperDef[] = [];

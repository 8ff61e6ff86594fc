import type { HelperDef } from "../../../ir/helpers.js";

export const SYSTEM_HELPERS: readonly HelperDef[] = [];

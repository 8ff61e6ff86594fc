import type { HelperDef } from "../../../ir/helpers.js";

export const X87_HELPERS: readonly HelperDef[] = [];

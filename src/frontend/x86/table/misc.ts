import type { Row } from "../insn.js";

export const MISC_ROWS: readonly Row[] = [];

import type { Row } from "../insn.js";

export const SHIFT_ROWS: readonly Row[] = [];

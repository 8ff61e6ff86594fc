import type { Row } from "../insn.js";

export const X87_ROWS: readonly Row[] = [];

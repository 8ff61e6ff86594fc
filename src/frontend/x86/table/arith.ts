import type { Row } from "../insn.js";

export const ARITH_ROWS: readonly Row[] = [];

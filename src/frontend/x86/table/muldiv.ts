import type { Row } from "../insn.js";

export const MULDIV_ROWS: readonly Row[] = [];

import type { Row } from "../insn.js";

export const LOGIC_ROWS: readonly Row[] = [];

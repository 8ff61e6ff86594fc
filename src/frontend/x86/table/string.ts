import type { Row } from "../insn.js";

export const STRING_ROWS: readonly Row[] = [];

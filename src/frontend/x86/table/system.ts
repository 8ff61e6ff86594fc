import type { Row } from "../insn.js";

export const SYSTEM_ROWS: readonly Row[] = [];

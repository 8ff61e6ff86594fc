import type { Row } from "../insn.js";

export const MOV_ROWS: readonly Row[] = [];

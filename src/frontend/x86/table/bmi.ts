import type { Row } from "../insn.js";

export const BMI_ROWS: readonly Row[] = [];

import type { Row } from "../insn.js";

export const FLAGSOPS_ROWS: readonly Row[] = [];

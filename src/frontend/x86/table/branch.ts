import type { Row } from "../insn.js";

export const BRANCH_ROWS: readonly Row[] = [];

import type { Row } from "../insn.js";

export const STACK_ROWS: readonly Row[] = [];

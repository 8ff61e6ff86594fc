import type { Row } from "../insn.js";

export const ATOMIC_ROWS: readonly Row[] = [];

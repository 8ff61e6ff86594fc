import type { Row } from "../insn.js";

export const BITS_ROWS: readonly Row[] = [];

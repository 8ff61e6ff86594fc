import type { Row } from "../insn.js";

export const SIMD_ROWS: readonly Row[] = [];

// All vector instructions: MMX, SSE to SSE4.2, AES-NI, PCLMULQDQ.

import type { Row } from "../row.js";
import { AES_ROWS } from "./aes.js";
import { MMX_ROWS } from "./mmx.js";
import { SSE_FLOAT_ROWS } from "./sse-float.js";
import { SSE_INT_ROWS } from "./sse-int.js";
import { SSE_MOV_ROWS } from "./sse-mov.js";
import { SSE4_ROWS } from "./sse4.js";

export const SIMD_ROWS: readonly Row[] = [
  ...MMX_ROWS,
  ...SSE_MOV_ROWS,
  ...SSE_INT_ROWS,
  ...SSE_FLOAT_ROWS,
  ...SSE4_ROWS,
  ...AES_ROWS,
];

// AES-NI and PCLMULQDQ (Intel SDM volume 2).

import type { RowAttributes } from "../insn.js";
import type { Row } from "../row.js";
import { helperOp, xmmBinary, xmmHelperImm } from "../sse.js";

const A: RowAttributes = { feature: "aes", check: "sse" };

export const AES_ROWS: readonly Row[] = [
  ["66 0F 38 DB", "aesimc", "Vx,Wx", xmmBinary(helperOp("x86_aesimc")), A],
  ["66 0F 38 DC", "aesenc", "Vx,Wx", xmmBinary(helperOp("x86_aesenc")), A],
  ["66 0F 38 DD", "aesenclast", "Vx,Wx", xmmBinary(helperOp("x86_aesenclast")), A],
  ["66 0F 38 DE", "aesdec", "Vx,Wx", xmmBinary(helperOp("x86_aesdec")), A],
  ["66 0F 38 DF", "aesdeclast", "Vx,Wx", xmmBinary(helperOp("x86_aesdeclast")), A],
  ["66 0F 3A DF", "aeskeygenassist", "Vx,Wx,Ib", xmmHelperImm("x86_aeskeygenassist"), A],
  ["66 0F 3A 44", "pclmulqdq", "Vx,Wx,Ib", xmmHelperImm("x86_pclmulqdq"), { feature: "pclmulqdq", check: "sse" }],
];

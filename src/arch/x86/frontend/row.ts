// The shape of a table row. Rows stand in table/*.ts, one per encoding, in the notation of the opcode maps of the Intel SDM (volume 2,
// appendix A); their semantic functions in the files named by class.

import type { Emitter } from "./emitter.js";
import type { Insn, RowAttributes } from "./insn.js";

/** Row: [opcode, mnemonic, operands, semantic function, attributes].
 *
 *  opcode     "00", "0F A2", "66 0F 6F", "F3 0F 10", "0F 38 F0", "0F C7 /1", "0F 01 F8" (fixed ModRM), "D8 /0 r" and
 *             "D8 /0 m" (register or memory form only), "90+r" (eight encodings), "VEX.0F38 F2 /r" for VEX ("F3 VEX.0F38 F5" with
 *             a mandatory prefix).
 *             A row without a mandatory prefix matches any prefix unless rows with 66/F3/F2 exist for the same opcode
 *             ("NP 0F 10" matches none of the three).
 *  operands   comma-separated SDM codes: Eb Ew Ed Ev Ey Gb Gv Gy Ib Iw Iz Iv Jb Jz M Mb Mw Md Mq Mdq Ob Ov Xb Xv Yb Yv Zv Zb
 *             (register in opcode), Sw, Cd Dd, Pq Qq (MMX), Vx Wx Ux (XMM; memory size by the letter after: Wss Wsd Wps),
 *             By (VEX.vvvv), fixed registers "AL" "eAX" "rAX" "CL" "DX" "1".
 */
export type Row = readonly [
  opcode: string,
  mnemonic: string,
  operands: string,
  build: (e: Emitter, insn: Insn) => void,
  attributes?: RowAttributes,
];

// SSE4.1 and SSE4.2 on XMM registers, all but floating-point arithmetic (Intel SDM volume 2).

import { WOp } from "../../../../ir/wasm-ops.js";
import type { RowAttributes } from "../insn.js";
import type { Row } from "../row.js";
import { helperOp, vop, xmmBinary, xmmHelperImm } from "../sse.js";
import {
  blendByImm,
  blendByXmm0,
  extract,
  insert,
  insertps,
  mulEven,
  pextrdq,
  pinsrdq,
  ptest,
  widen,
} from "../sse-int.js";
import { loadAligned } from "../sse-mov.js";
import { pcmpestri, pcmpestrm, pcmpistri, pcmpistrm } from "../sse-string.js";

const S41: RowAttributes = { feature: "sse4.1", check: "sse" };
const S42: RowAttributes = { feature: "sse4.2", check: "sse" };
const S42U: RowAttributes = { feature: "sse4.2", check: "sse", unaligned: true };

export const SSE4_ROWS: readonly Row[] = [
  ["66 0F 38 10", "pblendvb", "Vx,Wx,XMM0", blendByXmm0(WOp.i8x16_shr_s, 8), S41],
  ["66 0F 38 14", "blendvps", "Vx,Wx,XMM0", blendByXmm0(WOp.i32x4_shr_s, 32), S41],
  ["66 0F 38 15", "blendvpd", "Vx,Wx,XMM0", blendByXmm0(WOp.i64x2_shr_s, 64), S41],
  ["66 0F 38 17", "ptest", "Vx,Wx", ptest, S41],
  ["66 0F 38 20", "pmovsxbw", "Vx,Wq", widen(8, WOp.i16x8_extend_low_i8x16_s), S41],
  ["66 0F 38 21", "pmovsxbd", "Vx,Wd", widen(4, WOp.i16x8_extend_low_i8x16_s, WOp.i32x4_extend_low_i16x8_s), S41],
  [
    "66 0F 38 22",
    "pmovsxbq",
    "Vx,Ww",
    widen(2, WOp.i16x8_extend_low_i8x16_s, WOp.i32x4_extend_low_i16x8_s, WOp.i64x2_extend_low_i32x4_s),
    S41,
  ],
  ["66 0F 38 23", "pmovsxwd", "Vx,Wq", widen(8, WOp.i32x4_extend_low_i16x8_s), S41],
  ["66 0F 38 24", "pmovsxwq", "Vx,Wd", widen(4, WOp.i32x4_extend_low_i16x8_s, WOp.i64x2_extend_low_i32x4_s), S41],
  ["66 0F 38 25", "pmovsxdq", "Vx,Wq", widen(8, WOp.i64x2_extend_low_i32x4_s), S41],
  ["66 0F 38 28", "pmuldq", "Vx,Wx", xmmBinary(mulEven(WOp.i64x2_extmul_low_i32x4_s)), S41],
  ["66 0F 38 29", "pcmpeqq", "Vx,Wx", xmmBinary(vop(WOp.i64x2_eq)), S41],
  ["66 0F 38 2A", "movntdqa", "Vx,Mx", loadAligned, S41],
  ["66 0F 38 2B", "packusdw", "Vx,Wx", xmmBinary(vop(WOp.i16x8_narrow_i32x4_u)), S41],
  ["66 0F 38 30", "pmovzxbw", "Vx,Wq", widen(8, WOp.i16x8_extend_low_i8x16_u), S41],
  ["66 0F 38 31", "pmovzxbd", "Vx,Wd", widen(4, WOp.i16x8_extend_low_i8x16_u, WOp.i32x4_extend_low_i16x8_u), S41],
  [
    "66 0F 38 32",
    "pmovzxbq",
    "Vx,Ww",
    widen(2, WOp.i16x8_extend_low_i8x16_u, WOp.i32x4_extend_low_i16x8_u, WOp.i64x2_extend_low_i32x4_u),
    S41,
  ],
  ["66 0F 38 33", "pmovzxwd", "Vx,Wq", widen(8, WOp.i32x4_extend_low_i16x8_u), S41],
  ["66 0F 38 34", "pmovzxwq", "Vx,Wd", widen(4, WOp.i32x4_extend_low_i16x8_u, WOp.i64x2_extend_low_i32x4_u), S41],
  ["66 0F 38 35", "pmovzxdq", "Vx,Wq", widen(8, WOp.i64x2_extend_low_i32x4_u), S41],
  ["66 0F 38 37", "pcmpgtq", "Vx,Wx", xmmBinary(vop(WOp.i64x2_gt_s)), S42],
  ["66 0F 38 38", "pminsb", "Vx,Wx", xmmBinary(vop(WOp.i8x16_min_s)), S41],
  ["66 0F 38 39", "pminsd", "Vx,Wx", xmmBinary(vop(WOp.i32x4_min_s)), S41],
  ["66 0F 38 3A", "pminuw", "Vx,Wx", xmmBinary(vop(WOp.i16x8_min_u)), S41],
  ["66 0F 38 3B", "pminud", "Vx,Wx", xmmBinary(vop(WOp.i32x4_min_u)), S41],
  ["66 0F 38 3C", "pmaxsb", "Vx,Wx", xmmBinary(vop(WOp.i8x16_max_s)), S41],
  ["66 0F 38 3D", "pmaxsd", "Vx,Wx", xmmBinary(vop(WOp.i32x4_max_s)), S41],
  ["66 0F 38 3E", "pmaxuw", "Vx,Wx", xmmBinary(vop(WOp.i16x8_max_u)), S41],
  ["66 0F 38 3F", "pmaxud", "Vx,Wx", xmmBinary(vop(WOp.i32x4_max_u)), S41],
  ["66 0F 38 40", "pmulld", "Vx,Wx", xmmBinary(vop(WOp.i32x4_mul)), S41],
  ["66 0F 38 41", "phminposuw", "Vx,Wx", xmmBinary(helperOp("x86_phminposuw")), S41],
  ["66 0F 3A 0C", "blendps", "Vx,Wx,Ib", blendByImm(4), S41],
  ["66 0F 3A 0D", "blendpd", "Vx,Wx,Ib", blendByImm(8), S41],
  ["66 0F 3A 0E", "pblendw", "Vx,Wx,Ib", blendByImm(2), S41],
  ["66 0F 3A 14 r", "pextrb", "Ed,Vx,Ib", extract(1), S41],
  ["66 0F 3A 14 m", "pextrb", "Mb,Vx,Ib", extract(1), S41],
  ["66 0F 3A 15 r", "pextrw", "Ed,Vx,Ib", extract(2), S41],
  ["66 0F 3A 15 m", "pextrw", "Mw,Vx,Ib", extract(2), S41],
  ["66 0F 3A 16", "pextrd", "Ey,Vx,Ib", pextrdq, S41],
  ["66 0F 3A 17", "extractps", "Ed,Vx,Ib", extract(4), S41],
  ["66 0F 3A 20 r", "pinsrb", "Vx,Ed,Ib", insert(1), S41],
  ["66 0F 3A 20 m", "pinsrb", "Vx,Mb,Ib", insert(1), S41],
  ["66 0F 3A 21", "insertps", "Vx,Wss,Ib", insertps, S41],
  ["66 0F 3A 22", "pinsrd", "Vx,Ey,Ib", pinsrdq, S41],
  ["66 0F 3A 42", "mpsadbw", "Vx,Wx,Ib", xmmHelperImm("x86_mpsadbw"), S41],
  ["66 0F 3A 60", "pcmpestrm", "Vx,Wx,Ib", pcmpestrm, S42U],
  ["66 0F 3A 61", "pcmpestri", "Vx,Wx,Ib", pcmpestri, S42U],
  ["66 0F 3A 62", "pcmpistrm", "Vx,Wx,Ib", pcmpistrm, S42U],
  ["66 0F 3A 63", "pcmpistri", "Vx,Wx,Ib", pcmpistri, S42U],
];

// Moves, shuffles and logic of the floating-point vectors, MOVD/MOVQ/MOVDQ, MXCSR (Intel SDM volume 2).

import { WOp } from "../../../../ir/wasm-ops.js";
import type { RowAttributes } from "../insn.js";
import type { Row } from "../row.js";
import { vop, xmmBinary, xmmUnary } from "../sse.js";
import { andNot, shufpd, shufps, signMask, UNPACK_HIGH, UNPACK_LOW } from "../sse-int.js";
import {
  duplicate,
  ldmxcsr,
  load,
  loadHalf,
  loadUnaligned,
  movddup,
  movdFromXmm,
  movdToXmm,
  movhlps,
  movlhps,
  movq,
  movScalar,
  stmxcsr,
  store,
  storeAligned,
  storeHalf,
  storeMovq,
  storeScalar,
} from "../sse-mov.js";

const S1: RowAttributes = { feature: "sse", check: "sse" };
const S2: RowAttributes = { feature: "sse2", check: "sse" };
const S3: RowAttributes = { feature: "pni", check: "sse" };
const U1: RowAttributes = { feature: "sse", check: "sse", unaligned: true };
const U2: RowAttributes = { feature: "sse2", check: "sse", unaligned: true };

export const SSE_MOV_ROWS: readonly Row[] = [
  ["NP 0F 10", "movups", "Vps,Wps", load, U1],
  ["66 0F 10", "movupd", "Vpd,Wpd", load, U2],
  ["F3 0F 10", "movss", "Vss,Wss", movScalar(4), S1],
  ["F2 0F 10", "movsd", "Vsd,Wsd", movScalar(8), S2],
  ["NP 0F 11", "movups", "Wps,Vps", store, U1],
  ["66 0F 11", "movupd", "Wpd,Vpd", store, U2],
  ["F3 0F 11", "movss", "Wss,Vss", storeScalar(4), S1],
  ["F2 0F 11", "movsd", "Wsd,Vsd", storeScalar(8), S2],
  ["NP 0F 12 r", "movhlps", "Vq,Uq", movhlps, S1],
  ["NP 0F 12 m", "movlps", "Vq,Mq", loadHalf(0), S1],
  ["66 0F 12", "movlpd", "Vq,Mq", loadHalf(0), S2],
  ["F3 0F 12", "movsldup", "Vps,Wps", xmmUnary(duplicate(4, 0, 0, 2, 2)), S3],
  ["F2 0F 12", "movddup", "Vpd,Wq", movddup, S3],
  ["NP 0F 13", "movlps", "Mq,Vq", storeHalf(0), S1],
  ["66 0F 13", "movlpd", "Mq,Vq", storeHalf(0), S2],
  ["NP 0F 14", "unpcklps", "Vps,Wps", xmmBinary(UNPACK_LOW[4]), S1],
  ["66 0F 14", "unpcklpd", "Vpd,Wpd", xmmBinary(UNPACK_LOW[8]), S2],
  ["NP 0F 15", "unpckhps", "Vps,Wps", xmmBinary(UNPACK_HIGH[4]), S1],
  ["66 0F 15", "unpckhpd", "Vpd,Wpd", xmmBinary(UNPACK_HIGH[8]), S2],
  ["NP 0F 16 r", "movlhps", "Vq,Uq", movlhps, S1],
  ["NP 0F 16 m", "movhps", "Vq,Mq", loadHalf(1), S1],
  ["66 0F 16", "movhpd", "Vq,Mq", loadHalf(1), S2],
  ["F3 0F 16", "movshdup", "Vps,Wps", xmmUnary(duplicate(4, 1, 1, 3, 3)), S3],
  ["NP 0F 17", "movhps", "Mq,Vq", storeHalf(1), S1],
  ["66 0F 17", "movhpd", "Mq,Vq", storeHalf(1), S2],
  ["NP 0F 28", "movaps", "Vps,Wps", load, S1],
  ["66 0F 28", "movapd", "Vpd,Wpd", load, S2],
  ["NP 0F 29", "movaps", "Wps,Vps", store, S1],
  ["66 0F 29", "movapd", "Wpd,Vpd", store, S2],
  ["NP 0F 2B", "movntps", "Mx,Vps", storeAligned, S1],
  ["66 0F 2B", "movntpd", "Mx,Vpd", storeAligned, S2],
  ["66 0F E7", "movntdq", "Mx,Vx", storeAligned, S2],
  ["NP 0F 50", "movmskps", "Gd,Ups", signMask(WOp.i32x4_bitmask), S1],
  ["66 0F 50", "movmskpd", "Gd,Upd", signMask(WOp.i64x2_bitmask), S2],
  ["NP 0F 54", "andps", "Vps,Wps", xmmBinary(vop(WOp.v128_and)), S1],
  ["66 0F 54", "andpd", "Vpd,Wpd", xmmBinary(vop(WOp.v128_and)), S2],
  ["NP 0F 55", "andnps", "Vps,Wps", xmmBinary(andNot), S1],
  ["66 0F 55", "andnpd", "Vpd,Wpd", xmmBinary(andNot), S2],
  ["NP 0F 56", "orps", "Vps,Wps", xmmBinary(vop(WOp.v128_or)), S1],
  ["66 0F 56", "orpd", "Vpd,Wpd", xmmBinary(vop(WOp.v128_or)), S2],
  ["NP 0F 57", "xorps", "Vps,Wps", xmmBinary(vop(WOp.v128_xor)), S1],
  ["66 0F 57", "xorpd", "Vpd,Wpd", xmmBinary(vop(WOp.v128_xor)), S2],
  ["66 0F 6E", "movd", "Vx,Ey", movdToXmm, S2],
  ["66 0F 7E", "movd", "Ey,Vx", movdFromXmm, S2],
  ["F3 0F 7E", "movq", "Vx,Wq", movq, S2],
  ["66 0F D6", "movq", "Wq,Vx", storeMovq, S2],
  ["66 0F 6F", "movdqa", "Vx,Wx", load, S2],
  ["F3 0F 6F", "movdqu", "Vx,Wx", load, U2],
  ["66 0F 7F", "movdqa", "Wx,Vx", store, S2],
  ["F3 0F 7F", "movdqu", "Wx,Vx", store, U2],
  ["NP 0F C6", "shufps", "Vps,Wps,Ib", shufps, S1],
  ["66 0F C6", "shufpd", "Vpd,Wpd,Ib", shufpd, S2],
  ["F2 0F F0", "lddqu", "Vx,Mx", loadUnaligned, S3],
  ["NP 0F AE /2 m", "ldmxcsr", "Md", ldmxcsr, S1],
  ["NP 0F AE /3 m", "stmxcsr", "Md", stmxcsr, S1],
];

// The shifts that MMX and SSE2 have by register and by immediate.

import { WOp } from "../../../ir/wasm-ops.js";

export const SRL16 = { opcode: WOp.i16x8_shr_u, bits: 16, kind: "logical" } as const;
export const SRL32 = { opcode: WOp.i32x4_shr_u, bits: 32, kind: "logical" } as const;
export const SRL64 = { opcode: WOp.i64x2_shr_u, bits: 64, kind: "logical" } as const;
export const SRA16 = { opcode: WOp.i16x8_shr_s, bits: 16, kind: "arithmetic" } as const;
export const SRA32 = { opcode: WOp.i32x4_shr_s, bits: 32, kind: "arithmetic" } as const;
export const SLL16 = { opcode: WOp.i16x8_shl, bits: 16, kind: "left" } as const;
export const SLL32 = { opcode: WOp.i32x4_shl, bits: 32, kind: "left" } as const;
export const SLL64 = { opcode: WOp.i64x2_shl, bits: 64, kind: "left" } as const;

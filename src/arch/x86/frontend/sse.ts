// Operands of vector instructions, and the shapes most of them have: dst = op(dst, src) on XMM or MMX registers.

import type { IrBuilder, Value } from "../../../ir/builder.js";
import { Ty } from "../../../ir/ops.js";
import { WOp } from "../../../ir/wasm-ops.js";
import type { Emitter } from "./emitter.js";
import { helperId } from "./helpers.js";
import type { Insn } from "./insn.js";

/** Semantic function of a row. */
export type Build = (e: Emitter, insn: Insn) => void;
/** IR of a V128 operation of two operands. */
export type Binary = (b: IrBuilder, x: Value, y: Value) => Value;
export type Unary = (b: IrBuilder, x: Value) => Value;

// ---- values -----------------------------------------------------------------------------------------------------------

/** A V128 operation by its WebAssembly opcode. */
export function vop(opcode: WOp): Binary {
  return (b, x, y) => b.w(Ty.V128, opcode, x, y);
}

export function vunary(opcode: WOp): Unary {
  return (b, x) => b.w(Ty.V128, opcode, x);
}

/** A vector of 16-byte lane numbers; lanes of `size` bytes are given by their numbers (second operand from 16 / size on). */
export function lanes(size: 1 | 2 | 4 | 8, ...numbers: number[]): Uint8Array {
  const bytes = new Uint8Array(16);
  for (let k = 0; k < 16; k++) bytes[k] = numbers[Math.floor(k / size)]! * size + (k % size);
  return bytes;
}

/** I64 in both halves. */
export function splat64(b: IrBuilder, v: Value): Value {
  return b.w(Ty.V128, WOp.i64x2_splat, v);
}

/** I64 in the low half, the high half 0. */
export function low64(b: IrBuilder, v: Value): Value {
  return b.w(Ty.V128, WOp.i64x2_replace_lane, b.vzero(), v, 0);
}

/** I32 in the lowest lane, the others 0. */
export function low32(b: IrBuilder, v: Value): Value {
  return b.w(Ty.V128, WOp.i32x4_replace_lane, b.vzero(), v, 0);
}

export function half(b: IrBuilder, v: Value, lane: 0 | 1): Value {
  return b.w(Ty.I64, WOp.i64x2_extract_lane, v, -1, lane);
}

export function setHalf(b: IrBuilder, v: Value, x: Value, lane: 0 | 1): Value {
  return b.w(Ty.V128, WOp.i64x2_replace_lane, v, x, lane);
}

/** Lane 0 of `source`, 4 or 8 bytes wide, put into `v`. */
export function mergeLow(b: IrBuilder, v: Value, source: Value, size: 4 | 8): Value {
  return b.shuffle(v, source, size === 4 ? lanes(4, 4, 1, 2, 3) : lanes(8, 2, 1));
}

// ---- operands -----------------------------------------------------------------------------------------------------------

/** A register or memory operand of 4 or 8 bytes, in the lowest lane of a V128 (the others are anything). */
export function scalar(e: Emitter, insn: Insn, size: 4 | 8): Value {
  if (insn.mod === 3) return e.xmm(insn.rm);
  const v = e.load(size, e.ea(insn, false, size));
  return e.b.w(Ty.V128, size === 8 ? WOp.i64x2_splat : WOp.i32x4_splat, v);
}

/** The MMX or 8-byte memory operand rm (I64). */
export function mmxRm(e: Emitter, insn: Insn): Value {
  return insn.mod === 3 ? e.mmx(insn.rm) : e.load(8, e.ea(insn, false, 8));
}

/** Where an immediate byte is read as unsigned. */
export function imm8(insn: Insn): number {
  return insn.immLo & 0xff;
}

// ---- shapes -------------------------------------------------------------------------------------------------------------

/** XMM: reg = op(reg, rm). */
export function xmmBinary(op: Binary): Build {
  return (e, insn) => {
    const y = e.readXmmMem(insn);
    e.setXmm(insn.reg, op(e.b, e.xmm(insn.reg), y));
  };
}

/** XMM: reg = op(rm). */
export function xmmUnary(op: Unary): Build {
  return (e, insn) => e.setXmm(insn.reg, op(e.b, e.readXmmMem(insn)));
}

/** MMX: reg = low half of op(reg, rm), both operands in both halves. */
export function mmxBinary(op: Binary): Build {
  return (e, insn) => {
    const { b } = e;
    const y = splat64(b, mmxRm(e, insn));
    e.setMmx(insn.reg, half(b, op(b, splat64(b, e.mmx(insn.reg)), y), 0));
  };
}

export function mmxUnary(op: Unary): Build {
  return (e, insn) => {
    const { b } = e;
    const y = splat64(b, mmxRm(e, insn));
    e.setMmx(insn.reg, half(b, op(b, y), 0));
  };
}

/** An operation that is a helper of shape "vec" of two operands. */
export function helperOp(name: string): Binary {
  const id = helperId(name);
  return (b, x, y) => b.call(id, x, y);
}

/** XMM: reg = helper(reg, rm, immediate byte). */
export function xmmHelperImm(name: string): Build {
  const id = helperId(name);
  return (e, insn) => {
    const y = e.readXmmMem(insn);
    e.setXmm(insn.reg, e.call(id, e.xmm(insn.reg), y, e.b.u64(imm8(insn))));
  };
}

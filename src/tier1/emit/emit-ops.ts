// Expressions: one IR node and, below it, the nodes written in place.

import { Op, Ty } from "../../ir/ops.js";
import { SIMD, WOp } from "../../ir/wasm-ops.js";
import type { BlockContext } from "./emit-context.js";
import { Simd, V128, W } from "./opcodes.js";

/** Opcodes for I32 and I64, by Op - Op.ADD; 0: a routine of the module. */
const BINARY_32 = [
  W.i32_add,
  W.i32_sub,
  W.i32_mul,
  W.i32_and,
  W.i32_or,
  W.i32_xor,
  W.i32_shl,
  W.i32_shr_u,
  W.i32_shr_s,
  W.i32_rotl,
  W.i32_rotr,
  0,
  0,
  W.i32_eq,
  W.i32_ne,
  W.i32_lt_u,
  W.i32_lt_s,
  W.i32_le_u,
  W.i32_le_s,
];
const BINARY_64 = [
  W.i64_add,
  W.i64_sub,
  W.i64_mul,
  W.i64_and,
  W.i64_or,
  W.i64_xor,
  W.i64_shl,
  W.i64_shr_u,
  W.i64_shr_s,
  W.i64_rotl,
  W.i64_rotr,
  0,
  0,
  W.i64_eq,
  W.i64_ne,
  W.i64_lt_u,
  W.i64_lt_s,
  W.i64_le_u,
  W.i64_le_s,
];

/** Writes node n's value to the stack, computing it here. */
export function emitExpression(e: BlockContext, n: number): void {
  const { ir, code, f } = e;
  const op = ir.op[n] as Op;
  const ty = ir.ty[n] as Ty;
  const a = ir.a[n]!;
  const b = ir.b[n]!;
  if (op >= Op.ADD && op <= Op.LES) {
    binary(e, n, op);
    return;
  }
  switch (op) {
    case Op.CONST:
      if (ty === Ty.I32) code.i32(a);
      else if (ty === Ty.I64) code.i64(a, b);
      else if (ty === Ty.F32) {
        code.i32(a);
        code.op(WOp.f32_reinterpret_i32 as number as W);
      } else {
        code.i64(a, b);
        code.op(WOp.f64_reinterpret_i64 as number as W);
      }
      return;
    case Op.VCONST:
      code.simd(Simd.v128_const);
      code.out.bytes(ir.vconsts[a]!);
      return;
    case Op.LD: {
      const local = f.slots.local(a);
      if (local >= 0) code.get(local);
      else {
        code.get(f.cpu);
        code.loadSlot(ty, a);
      }
      return;
    }
    case Op.PC: {
      const displacement = e.block.disp + a;
      code.get(f.pc);
      if (displacement !== 0) {
        code.integer(displacement);
        code.op(W.i64_add);
      }
      return;
    }
    case Op.SELECT:
      e.value(a);
      e.value(b);
      e.value(ir.c[n]!);
      if (ty === Ty.V128) {
        code.op(W.select_typed);
        code.out.u8(1);
        code.out.u8(V128);
      } else code.op(W.select);
      return;
    case Op.BSWAP:
      e.value(a);
      if (ty === Ty.I64) code.call("bswap64");
      else swap32(e);
      return;
    case Op.W:
      wasmOperation(e, n);
      return;
    case Op.SHUFFLE:
      e.value(b);
      e.value(ir.c[n]!);
      code.simd(Simd.i8x16_shuffle);
      code.out.bytes(ir.vconsts[a]!);
      return;
  }
  e.value(a);
  const wide = ty === Ty.I64;
  switch (op) {
    case Op.CLZ:
      code.op(wide ? W.i64_clz : W.i32_clz);
      return;
    case Op.CTZ:
      code.op(wide ? W.i64_ctz : W.i32_ctz);
      return;
    case Op.POPCNT:
      code.op(wide ? W.i64_popcnt : W.i32_popcnt);
      return;
    case Op.EXT8S:
      code.op(wide ? W.i64_extend8_s : W.i32_extend8_s);
      return;
    case Op.EXT16S:
      code.op(wide ? W.i64_extend16_s : W.i32_extend16_s);
      return;
    case Op.EXT32S:
      code.op(W.i64_extend32_s);
      return;
    case Op.WRAP:
      code.op(W.i32_wrap_i64);
      return;
    case Op.EXTU:
      code.op(W.i64_extend_i32_u);
      return;
    case Op.EXTS:
      code.op(W.i64_extend_i32_s);
      return;
    default:
      throw new Error(`tier 1: operation ${op} is not an expression`);
  }
}

function binary(e: BlockContext, n: number, op: Op): void {
  const { ir, code } = e;
  const wide = ((op >= Op.EQ ? ir.d[n] : ir.ty[n]) as Ty) === Ty.I64;
  const y = ir.b[n]!;
  e.value(ir.a[n]!);
  if (op === Op.EQ && ir.op[y] === Op.CONST && ir.a[y] === 0 && (!wide || ir.b[y] === 0)) {
    code.op(wide ? W.i64_eqz : W.i32_eqz);
    return;
  }
  e.value(y);
  if (op === Op.MULHU) code.call("mulhu");
  else if (op === Op.MULHS) code.call("mulhs");
  else code.op((wide ? BINARY_64 : BINARY_32)[op - Op.ADD] as W);
}

/** Reverses the bytes of the I32 on the stack. */
function swap32(e: BlockContext): void {
  const { code } = e;
  const x = code.local(Ty.I32);
  code.tee(x);
  code.i32(8);
  code.op(W.i32_rotl);
  code.i32(0x00ff00ff);
  code.op(W.i32_and);
  code.get(x);
  code.i32(8);
  code.op(W.i32_rotr);
  code.i32(0xff00ff00 | 0);
  code.op(W.i32_and);
  code.op(W.i32_or);
  code.release(Ty.I32, x);
}

function wasmOperation(e: BlockContext, n: number): void {
  const { ir, code } = e;
  const opcode = ir.a[n]!;
  if (ir.b[n]! >= 0) e.value(ir.b[n]!);
  if (ir.c[n]! >= 0) e.value(ir.c[n]!);
  if (opcode < SIMD) {
    code.op(opcode as W);
    return;
  }
  if (opcode === WOp.v128_bitselect) e.value(ir.d[n]!);
  code.simd(opcode - SIMD);
  if (opcode >= SIMD + 0x15 && opcode <= SIMD + 0x22) code.out.u8(ir.d[n]!);
}

// A helper's shortcut: WebAssembly's own operation in place of the call, where what the shortcut asks for holds.

import type { Shortcut } from "../../ir/helpers.js";
import { Op, Ty } from "../../ir/ops.js";
import { SIMD, WOp } from "../../ir/wasm-ops.js";
import { wasmType } from "./code.js";
import type { BlockContext } from "./emit-context.js";
import { W } from "./opcodes.js";

// SIMD opcodes.
const F32X4_SPLAT = 0x13;
const F64X2_SPLAT = 0x14;
const F32X4_EXTRACT_LANE = 0x1f;
const F64X2_EXTRACT_LANE = 0x21;

/** Whether call n can take it: the host has it, and what it has to be given is known here. */
export function takesShortcut({ f, ir }: BlockContext, n: number, { op, constant }: Shortcut): boolean {
  if (op >= SIMD && !f.fused) return false;
  if (!constant) return true;
  const [k, value] = constant;
  const argument = [ir.b[n]!, ir.c[n]!, ir.d[n]!][k]!;
  return argument >= 0 && ir.op[argument] === Op.CONST && ir.a[argument] === value && ir.b[argument] === 0;
}

/** Leaves the result on the stack, an I64. `call` leaves the helper's there; it is given what writes an argument. */
export function emitShortcut(
  e: BlockContext,
  n: number,
  shortcut: Shortcut,
  call: (argument: (k: number) => boolean) => void,
): void {
  const { ir, code } = e;
  const { operands, result } = shortcut;
  const values = [ir.b[n]!, ir.c[n]!, ir.d[n]!];
  const locals = operands.map((ty, k) => {
    const local = code.local(ty);
    e.value(values[k]!);
    fromBits(e, ty);
    code.set(local);
    return local;
  });
  const value = code.local(result);
  code.begin(W.block, wasmType(result));
  code.begin(W.block);
  guard(e, shortcut, locals);
  operate(e, shortcut, locals);
  code.set(value);
  bounds(e, shortcut, value);
  code.get(value);
  code.br(1);
  code.end();
  call((k) => {
    if (k >= locals.length) return false;
    code.get(locals[k]!);
    toBits(e, operands[k]!);
    return true;
  });
  fromBits(e, result);
  code.end();
  toBits(e, result);
  for (const [k, local] of locals.entries()) code.release(operands[k]!, local);
  code.release(result, value);
}

function operate({ code }: BlockContext, { op, result }: Shortcut, locals: readonly number[]): void {
  if (op < SIMD) {
    for (const local of locals) code.get(local);
    code.op(op as number as W);
    return;
  }
  const wide = result === Ty.F64;
  for (const local of locals) {
    code.get(local);
    code.simd(wide ? F64X2_SPLAT : F32X4_SPLAT);
  }
  code.simd(op - SIMD);
  code.simd(wide ? F64X2_EXTRACT_LANE : F32X4_EXTRACT_LANE);
  code.out.u8(0);
}

/** Goes to the call unless what is asked of state and of operands holds. */
function guard(e: BlockContext, { flag, ordered, operands }: Shortcut, locals: readonly number[]): void {
  const { code, f } = e;
  if (flag) {
    const local = f.slots.local(flag.slot);
    if (local >= 0) code.get(local);
    else {
      code.get(f.cpu);
      code.loadSlot(Ty.I32, flag.slot);
    }
    code.i32(flag.bit);
    code.op(W.i32_and);
    unlessTrue(e);
  }
  if (!ordered) return;
  for (const [k, local] of locals.entries()) {
    code.get(local);
    code.get(local);
    code.op((operands[k] === Ty.F64 ? WOp.f64_eq : WOp.f32_eq) as number as W);
    unlessTrue(e);
  }
}

/** Goes to the call unless the result is as large as is asked. */
function bounds(e: BlockContext, { result, above, below }: Shortcut, value: number): void {
  const wide = result === Ty.F64;
  for (const [limit, op] of [
    [above, wide ? WOp.f64_gt : WOp.f32_gt],
    [below, wide ? WOp.f64_lt : WOp.f32_lt],
  ] as const) {
    if (limit === undefined) continue;
    const { code } = e;
    code.get(value);
    code.op((wide ? WOp.f64_abs : WOp.f32_abs) as number as W);
    if (wide) code.f64(limit);
    else code.f32(limit);
    code.op(op as number as W);
    unlessTrue(e);
  }
}

function unlessTrue({ code }: BlockContext): void {
  code.op(W.i32_eqz);
  code.brHinted(0, false);
}

/** The I64 on the stack is the bits of a value: an F32 or I32 is in its low half. */
function fromBits({ code }: BlockContext, ty: Ty): void {
  if (ty === Ty.F64) code.op(WOp.f64_reinterpret_i64 as number as W);
  else if (ty !== Ty.I64) {
    code.op(W.i32_wrap_i64);
    if (ty === Ty.F32) code.op(WOp.f32_reinterpret_i32 as number as W);
  }
}

function toBits({ code }: BlockContext, ty: Ty): void {
  if (ty === Ty.F64) code.op(WOp.i64_reinterpret_f64 as number as W);
  else if (ty !== Ty.I64) {
    if (ty === Ty.F32) code.op(WOp.i32_reinterpret_f32 as number as W);
    code.op(W.i64_extend_i32_u);
  }
}

// What floating-point helpers come to as operations of WebAssembly: rounding to the nearest, with the inexact flag set already, and results that
// raise no other flag and are no NaN (unprivileged 21.2, 21.3). core/arch/riscv/float-fast.ts has the same for tier 0.

import type { Shortcut } from "../../../../ir/helpers.js";
import { Ty } from "../../../../ir/ops.js";
import { WOp } from "../../../../ir/wasm-ops.js";
import { RV_FFLAGS } from "../../layout.js";

const NX = { slot: RV_FFLAGS, bit: 1 };
/** The least normal numbers: what is more is not tiny. */
const LEAST = { [Ty.F32]: 1.1754943508222875e-38, [Ty.F64]: 2.2250738585072014e-308 };
type Float = Ty.F32 | Ty.F64;

/** A sum that is tiny is exact, and a root never is tiny. */
function arithmetic(op: WOp, ty: Float, operands: number, tiny: boolean): Shortcut {
  const above = tiny ? { above: LEAST[ty] } : {};
  const inputs = Array<Ty>(operands).fill(ty);
  return {
    op,
    operands: inputs,
    result: ty,
    flag: NX,
    constant: [operands, 0],
    ...above,
    below: Number.POSITIVE_INFINITY,
  };
}

/** To the nearest: no argument says so. */
function fused(op: WOp, ty: Float): Shortcut {
  return { op, operands: [ty, ty, ty], result: ty, flag: NX, above: LEAST[ty], below: Number.POSITIVE_INFINITY };
}

const compare = (op: WOp, ty: Float): Shortcut => ({ op, operands: [ty, ty], result: Ty.I32, ordered: true });
const extreme = (op: WOp, ty: Float): Shortcut => ({ op, operands: [ty, ty], result: ty, ordered: true });
const fromLong = (op: WOp, ty: Float): Shortcut => ({ op, operands: [Ty.I64], result: ty, flag: NX, constant: [1, 0] });

/** By the helpers' names without their prefix. */
export const SHORTCUTS: Readonly<Record<string, Shortcut>> = {
  fadd_s: arithmetic(WOp.f32_add, Ty.F32, 2, false),
  fsub_s: arithmetic(WOp.f32_sub, Ty.F32, 2, false),
  fmul_s: arithmetic(WOp.f32_mul, Ty.F32, 2, true),
  fdiv_s: arithmetic(WOp.f32_div, Ty.F32, 2, true),
  fsqrt_s: arithmetic(WOp.f32_sqrt, Ty.F32, 1, false),
  fadd_d: arithmetic(WOp.f64_add, Ty.F64, 2, false),
  fsub_d: arithmetic(WOp.f64_sub, Ty.F64, 2, false),
  fmul_d: arithmetic(WOp.f64_mul, Ty.F64, 2, true),
  fdiv_d: arithmetic(WOp.f64_div, Ty.F64, 2, true),
  fsqrt_d: arithmetic(WOp.f64_sqrt, Ty.F64, 1, false),
  fma_near_s: fused(WOp.f32x4_relaxed_madd, Ty.F32),
  fma_near_d: fused(WOp.f64x2_relaxed_madd, Ty.F64),
  feq_s: compare(WOp.f32_eq, Ty.F32),
  flt_s: compare(WOp.f32_lt, Ty.F32),
  fle_s: compare(WOp.f32_le, Ty.F32),
  feq_d: compare(WOp.f64_eq, Ty.F64),
  flt_d: compare(WOp.f64_lt, Ty.F64),
  fle_d: compare(WOp.f64_le, Ty.F64),
  fmin_s: extreme(WOp.f32_min, Ty.F32),
  fmax_s: extreme(WOp.f32_max, Ty.F32),
  fmin_d: extreme(WOp.f64_min, Ty.F64),
  fmax_d: extreme(WOp.f64_max, Ty.F64),
  fcvt_s_l: fromLong(WOp.f32_convert_i64_s, Ty.F32),
  fcvt_s_lu: fromLong(WOp.f32_convert_i64_u, Ty.F32),
  fcvt_d_l: fromLong(WOp.f64_convert_i64_s, Ty.F64),
  fcvt_d_lu: fromLong(WOp.f64_convert_i64_u, Ty.F64),
  fcvt_d_s: { op: WOp.f64_promote_f32, operands: [Ty.F32], result: Ty.F64, ordered: true },
  fcvt_s_d: {
    ...{ op: WOp.f32_demote_f64, operands: [Ty.F64], result: Ty.F32, flag: NX, constant: [1, 0] },
    ...{ above: LEAST[Ty.F32], below: Number.POSITIVE_INFINITY },
  },
};

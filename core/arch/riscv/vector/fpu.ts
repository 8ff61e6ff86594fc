// What a floating-point instruction does to an element (V 13): what the scalar one does, and estimates, and rounding to odd.

import { RV_RM } from "../../../../src/arch/riscv/layout";
import {
  F_ADD,
  F_CLASS,
  F_DIV,
  F_EQ,
  F_FROM_SIGNED,
  F_FROM_UNSIGNED,
  F_GE,
  F_GT,
  F_LE,
  F_LT,
  F_MACC,
  F_MAX,
  F_MERGE,
  F_MIN,
  F_MOVE,
  F_MUL,
  F_MULTIPLIES_VD,
  F_NE,
  F_NEGATE_ADDEND,
  F_NEGATE_PRODUCT,
  F_RDIV,
  F_REC7,
  F_RSQRT7,
  F_RSUB,
  F_SGNJ,
  F_SGNJN,
  F_SGNJX,
  F_SQRT,
  F_SUB,
  F_TO_FLOAT,
  F_TO_SIGNED,
  F_TO_UNSIGNED,
} from "../../../../src/arch/riscv/vector";
import { f64to32 } from "../../../float/convert";
import { FE_INEXACT, fpFlags } from "../../../float/env";
import * as arith from "../float-arith";
import * as bits from "../float-bits";
import * as convert from "../float-convert";
import { begin, end } from "../float-unit";
import { reciprocal, reciprocalRoot } from "./estimate";

const RTZ = 1;
const SINGLE = 2;

/** `a` of vs2, `b` the second operand, `d` of vd, bit patterns of `width`; `v` the bit of v0. */
export function floating(cpu: i32, op: i32, a: i64, b: i64, d: i64, v: i32, width: i32, rm: i32): i64 {
  const single = width == SINGLE;
  switch (op) {
    case F_ADD:
      return single ? arith.riscv_fadd_s(cpu, a, b, rm) : arith.riscv_fadd_d(cpu, a, b, rm);
    case F_SUB:
      return single ? arith.riscv_fsub_s(cpu, a, b, rm) : arith.riscv_fsub_d(cpu, a, b, rm);
    case F_RSUB:
      return single ? arith.riscv_fsub_s(cpu, b, a, rm) : arith.riscv_fsub_d(cpu, b, a, rm);
    case F_MUL:
      return single ? arith.riscv_fmul_s(cpu, a, b, rm) : arith.riscv_fmul_d(cpu, a, b, rm);
    case F_DIV:
      return single ? arith.riscv_fdiv_s(cpu, a, b, rm) : arith.riscv_fdiv_d(cpu, a, b, rm);
    case F_RDIV:
      return single ? arith.riscv_fdiv_s(cpu, b, a, rm) : arith.riscv_fdiv_d(cpu, b, a, rm);
    case F_MIN:
      return single ? bits.riscv_fmin_s(cpu, a, b, 0) : bits.riscv_fmin_d(cpu, a, b, 0);
    case F_MAX:
      return single ? bits.riscv_fmax_s(cpu, a, b, 0) : bits.riscv_fmax_d(cpu, a, b, 0);
    case F_SGNJ:
      return inject(a, b, width);
    case F_SGNJN:
      return inject(a, ~b, width);
    case F_SGNJX:
      return inject(a, a ^ b, width);
    case F_SQRT:
      return single ? arith.riscv_fsqrt_s(cpu, a, rm, 0) : arith.riscv_fsqrt_d(cpu, a, rm, 0);
    case F_RSQRT7:
      return reciprocalRoot(cpu, a, single);
    case F_REC7:
      return reciprocal(cpu, a, single, rm);
    case F_CLASS:
      return single ? bits.riscv_fclass_s(cpu, a, 0, 0) : bits.riscv_fclass_d(cpu, a, 0, 0);
    case F_MERGE:
      return v ? b : a;
    case F_MOVE:
      return b;
    case F_EQ:
      return equal(cpu, a, b, single);
    case F_NE:
      return 1 - equal(cpu, a, b, single);
    case F_LT:
      return single ? bits.riscv_flt_s(cpu, a, b, 0) : bits.riscv_flt_d(cpu, a, b, 0);
    case F_LE:
      return single ? bits.riscv_fle_s(cpu, a, b, 0) : bits.riscv_fle_d(cpu, a, b, 0);
    case F_GT:
      return single ? bits.riscv_flt_s(cpu, b, a, 0) : bits.riscv_flt_d(cpu, b, a, 0);
    case F_GE:
      return single ? bits.riscv_fle_s(cpu, b, a, 0) : bits.riscv_fle_d(cpu, b, a, 0);
    default:
      return fused(cpu, op - F_MACC, a, b, d, single, rm);
  }
}

function equal(cpu: i32, a: i64, b: i64, single: bool): i64 {
  return single ? bits.riscv_feq_s(cpu, a, b, 0) : bits.riscv_feq_d(cpu, a, b, 0);
}

// @ts-ignore: decorator
@inline function signOf(single: bool): i64 {
  return single ? 0x80000000 : i64.MIN_VALUE;
}

function inject(a: i64, sign: i64, width: i32): i64 {
  const top = signOf(width == SINGLE);
  return (a & ~top) | (sign & top);
}

function fused(cpu: i32, kind: i32, a: i64, b: i64, d: i64, single: bool, rm: i32): i64 {
  const top = signOf(single);
  const product = kind & F_NEGATE_PRODUCT ? b ^ top : b;
  const factor = kind & F_MULTIPLIES_VD ? d : a;
  const addend = kind & F_MULTIPLIES_VD ? a : d;
  const z = kind & F_NEGATE_ADDEND ? addend ^ top : addend;
  store<i32>(cpu + RV_RM, rm);
  return single ? arith.riscv_fma_s(cpu, product, factor, z) : arith.riscv_fma_d(cpu, product, factor, z);
}

/** A conversion of an element of `from` to one of `to`, widths of both. */
export function converted(cpu: i32, op: i32, a: i64, from: i32, to: i32, rm: i32): i64 {
  const single = from == SINGLE;
  switch (op) {
    case F_TO_UNSIGNED:
      if (to == 1) return convert.riscv_fcvt_hu_s(cpu, a, rm);
      if (to == 2) return single ? convert.riscv_fcvt_wu_s(cpu, a, rm, 0) : convert.riscv_fcvt_wu_d(cpu, a, rm, 0);
      return single ? convert.riscv_fcvt_lu_s(cpu, a, rm, 0) : convert.riscv_fcvt_lu_d(cpu, a, rm, 0);
    case F_TO_SIGNED:
      if (to == 1) return convert.riscv_fcvt_h_s(cpu, a, rm);
      if (to == 2) return single ? convert.riscv_fcvt_w_s(cpu, a, rm, 0) : convert.riscv_fcvt_w_d(cpu, a, rm, 0);
      return single ? convert.riscv_fcvt_l_s(cpu, a, rm, 0) : convert.riscv_fcvt_l_d(cpu, a, rm, 0);
    case F_FROM_UNSIGNED:
      return to == SINGLE ? convert.riscv_fcvt_s_lu(cpu, a, rm, 0) : convert.riscv_fcvt_d_lu(cpu, a, rm, 0);
    case F_FROM_SIGNED:
      return to == SINGLE ? convert.riscv_fcvt_s_l(cpu, a, rm, 0) : convert.riscv_fcvt_d_l(cpu, a, rm, 0);
    case F_TO_FLOAT:
      return single ? convert.riscv_fcvt_d_s(cpu, a, rm, 0) : convert.riscv_fcvt_s_d(cpu, a, rm, 0);
    default:
      return roundToOdd(cpu, a);
  }
}

/** What is inexact becomes odd (V 13.19). */
function roundToOdd(cpu: i32, a: i64): i64 {
  begin(RTZ);
  const result = f64to32(a);
  const odd = (fpFlags() & FE_INEXACT) != 0 ? 1 : 0;
  end(cpu);
  return <i64>(<u64>(result | odd));
}

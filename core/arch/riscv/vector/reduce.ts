// Reductions (V 14): the first element of vs1 with all active elements of vs2, into the first one of vd. Those of floating-point numbers are
// all done in order.

import {
  R_AND,
  R_FMIN,
  R_FSUM,
  R_MAXU,
  R_MIN,
  R_MINU,
  R_OR,
  R_SUM,
  R_XOR,
  F_ADD,
  F_MAX,
  F_MIN,
  TO_WIDE,
  V_OP,
  V_SIGNED2,
} from "../../../../src/arch/riscv/vector";
import { riscv_fcvt_d_s } from "../float-convert";
import { isFloat } from "./float";
import { floating } from "./fpu";
import { group, toOf } from "./groups";
import {
  WIDEST,
  active,
  element,
  finish,
  get,
  getUnsigned,
  lmulOf,
  put,
  reserved,
  sewOf,
  vdOf,
  vill,
  vlOf,
  vs1Of,
  vs2Of,
  vstartOf,
} from "./state";

function combine(op: i32, a: i64, b: i64): i64 {
  switch (op) {
    case R_SUM:
      return a + b;
    case R_AND:
      return a & b;
    case R_OR:
      return a | b;
    case R_XOR:
      return a ^ b;
    case R_MINU:
      return <u64>a < <u64>b ? a : b;
    case R_MIN:
      return a < b ? a : b;
    case R_MAXU:
      return <u64>a > <u64>b ? a : b;
    default:
      return a > b ? a : b;
  }
}

/** Only from the first element on (14). */
function exists(cpu: i32, raw: i32, width: i32): bool {
  return !vill(cpu) && vstartOf(cpu) == 0 && width <= WIDEST && group(vs2Of(raw), sewOf(cpu), lmulOf(cpu));
}

export function riscv_v_reduce(cpu: i32, encoding: i64, b: i64, c: i64): i64 {
  const raw = <i32>encoding;
  const what = <i32>(encoding >> 32);
  const sew = sewOf(cpu);
  const width = toOf(what) == TO_WIDE ? sew + 1 : sew;
  if (!exists(cpu, raw, width)) return reserved(cpu, raw);
  const end = vlOf(cpu);
  if (end == 0) return finish(cpu);
  const signed = (what & V_SIGNED2) != 0;
  let result = get(element(cpu, vs1Of(raw), width, 0), width, signed);
  for (let i = 0; i < end; i++) {
    if (active(cpu, raw, i)) result = combine(what & V_OP, result, get(element(cpu, vs2Of(raw), sew, i), sew, signed));
  }
  put(element(cpu, vdOf(raw), width, 0), width, result);
  return finish(cpu);
}

export function riscv_v_reduce_float(cpu: i32, encoding: i64, b: i64, rm: i64): i64 {
  const raw = <i32>encoding;
  const what = <i32>(encoding >> 32);
  const sew = sewOf(cpu);
  const width = toOf(what) == TO_WIDE ? sew + 1 : sew;
  if (!isFloat(sew) || !exists(cpu, raw, width)) return reserved(cpu, raw);
  const end = vlOf(cpu);
  if (end == 0) return finish(cpu);
  const kind = what & V_OP;
  const op = kind == R_FSUM ? F_ADD : kind == R_FMIN ? F_MIN : F_MAX;
  let result: i64 = getUnsigned(element(cpu, vs1Of(raw), width, 0), width);
  for (let i = 0; i < end; i++) {
    if (!active(cpu, raw, i)) continue;
    const value: i64 = getUnsigned(element(cpu, vs2Of(raw), sew, i), sew);
    const x = width == sew ? value : riscv_fcvt_d_s(cpu, value, 0, 0);
    result = floating(cpu, op, result, x, 0, 0, width, <i32>rm);
  }
  put(element(cpu, vdOf(raw), width, 0), width, result);
  return finish(cpu);
}

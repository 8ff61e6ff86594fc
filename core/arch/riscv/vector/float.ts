// Instructions of floating-point elements.

import {
  FROM_SCALAR,
  FROM_VECTOR,
  F_FROM_SIGNED,
  F_TO_FLOAT_ODD,
  F_TO_UNSIGNED,
  F_TO_ZERO,
  TO_MASK,
  TO_WIDE,
  V_CARRY,
  V_OP,
} from "../../../../src/arch/riscv/vector";
import { riscv_fcvt_d_s } from "../float-convert";
import { converted, floating } from "./fpu";
import { fromOf, masked, permitted, relativeWidth, toOf } from "./groups";
import {
  WIDEST,
  element,
  finish,
  get,
  getUnsigned,
  maskBit,
  put,
  putMaskBit,
  reserved,
  sewOf,
  unmasked,
  vdOf,
  vlOf,
  vs1Of,
  vs2Of,
  vstartOf,
} from "./state";

const SINGLE = 2;
const RTZ = 1;

/** There are floats and doubles. */
export function isFloat(width: i32): bool {
  return width == SINGLE || width == WIDEST;
}

/** An f register as an element: what is not boxed is the canonical NaN (unprivileged 22.2). */
export function unboxed(value: i64, width: i32): i64 {
  if (width != SINGLE) return value;
  return value >> 32 == -1 ? value & 0xffffffff : 0x7fc00000;
}

// @ts-ignore: decorator
@inline function widened(cpu: i32, value: i64, width: i32, to: i32): i64 {
  return width == to ? value : riscv_fcvt_d_s(cpu, value, 0, 0);
}

/** `what` in the upper half: V_* and the operation. `scalar`: f[rs1]. `rm`: the rounding mode. */
export function riscv_v_float(cpu: i32, encoding: i64, scalar: i64, rm: i64): i64 {
  const raw = <i32>encoding;
  const what = <i32>(encoding >> 32);
  const sew = sewOf(cpu);
  const to = toOf(what);
  const width = to == TO_WIDE ? sew + 1 : sew;
  if (!isFloat(sew) || !isFloat(width) || !permitted(cpu, raw, what)) return reserved(cpu, raw);
  const op = what & V_OP;
  const vd = vdOf(raw);
  const width2 = sew + relativeWidth(what);
  const vector = fromOf(what) == FROM_VECTOR;
  const some = masked(raw, what);
  const carry = (what & V_CARRY) != 0 && !unmasked(raw);
  const end = vlOf(cpu);
  const constant = fromOf(what) == FROM_SCALAR ? unboxed(scalar, sew) : 0;
  for (let i = vstartOf(cpu); i < end; i++) {
    const v = some || carry ? maskBit(cpu, 0, i) : 0;
    if (some && v == 0) continue;
    const a = widened(cpu, getUnsigned(element(cpu, vs2Of(raw), width2, i), width2), width2, width);
    let b = vector ? <i64>getUnsigned(element(cpu, vs1Of(raw), sew, i), sew) : constant;
    b = widened(cpu, b, sew, width);
    if (to == TO_MASK) putMaskBit(cpu, vd, i, floating(cpu, op, a, b, 0, v, width, <i32>rm) != 0);
    else {
      const at = element(cpu, vd, width, i);
      put(at, width, floating(cpu, op, a, b, getUnsigned(at, width), v, width, <i32>rm));
    }
  }
  return finish(cpu);
}

/** Conversions: which of both sides is a floating-point number is the operation's, and how wide it is, the row's. */
export function riscv_v_convert(cpu: i32, encoding: i64, b: i64, rm: i64): i64 {
  const raw = <i32>encoding;
  const what = <i32>(encoding >> 32);
  const sew = sewOf(cpu);
  const to = toOf(what) == TO_WIDE ? sew + 1 : sew;
  const from = sew + relativeWidth(what);
  const kind = what & V_OP;
  const zero = kind >= F_TO_UNSIGNED + F_TO_ZERO;
  const op = zero ? kind - F_TO_ZERO : kind;
  const number = op == F_FROM_SIGNED || op == F_FROM_SIGNED - 1 ? to : from;
  const both = op >= F_TO_FLOAT_ODD - 1;
  if (!isFloat(number) || (both && !isFloat(to)) || !permitted(cpu, raw, what)) return reserved(cpu, raw);
  const some = masked(raw, what);
  const mode = zero ? RTZ : <i32>rm;
  const end = vlOf(cpu);
  for (let i = vstartOf(cpu); i < end; i++) {
    if (some && maskBit(cpu, 0, i) == 0) continue;
    const a = get(element(cpu, vs2Of(raw), from, i), from, op == F_FROM_SIGNED);
    put(element(cpu, vdOf(raw), to, i), to, converted(cpu, op, a, from, to, mode));
  }
  return finish(cpu);
}

// Instructions of integer elements: a loop over those between vstart and vl that are active.

import {
  FROM_SCALAR,
  FROM_VECTOR,
  TO_MASK,
  TO_WIDE,
  V_CARRY,
  V_OP,
  V_SIGNED1,
  V_SIGNED2,
} from "../../../../src/arch/riscv/vector";
import { integer } from "./alu";
import { inLanes } from "./lanes";
import { fromOf, masked, permitted, relativeWidth, toOf } from "./groups";
import {
  element,
  extend,
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

/** `what` in the upper half: V_* and the operation. `scalar`: of x[rs1] or an immediate. */
export function riscv_v_integer(cpu: i32, encoding: i64, scalar: i64, c: i64): i64 {
  const raw = <i32>encoding;
  const what = <i32>(encoding >> 32);
  if (!permitted(cpu, raw, what)) return reserved(cpu, raw);
  const op = what & V_OP;
  const sew = sewOf(cpu);
  const vd = vdOf(raw);
  const to = toOf(what);
  const toWidth = to == TO_WIDE ? sew + 1 : sew;
  const width2 = sew + relativeWidth(what);
  const shift = (8 << width2) - 1;
  const signed1 = (what & V_SIGNED1) != 0;
  const signed2 = (what & V_SIGNED2) != 0;
  const vector = fromOf(what) == FROM_VECTOR;
  const some = masked(raw, what);
  const carry = (what & V_CARRY) != 0 && !unmasked(raw);
  let b = fromOf(what) == FROM_SCALAR ? extend(scalar, sew, signed1) : 0;
  const end = vlOf(cpu);
  let i = vstartOf(cpu);
  if (i == 0 && unmasked(raw) && width2 == sew && to != TO_WIDE)
    i = inLanes(cpu, op, vd, vs2Of(raw), vs1Of(raw), b, vector, sew, end);
  for (; i < end; i++) {
    const v = some || carry ? maskBit(cpu, 0, i) : 0;
    if (some && v == 0) continue;
    const a = get(element(cpu, vs2Of(raw), width2, i), width2, signed2);
    if (vector) b = get(element(cpu, vs1Of(raw), sew, i), sew, signed1);
    if (to == TO_MASK) putMaskBit(cpu, vd, i, integer(cpu, op, a, b, 0, v, sew, shift) != 0);
    else {
      const at = element(cpu, vd, toWidth, i);
      put(at, toWidth, integer(cpu, op, a, b, getUnsigned(at, toWidth), v, toWidth, shift));
    }
  }
  return finish(cpu);
}

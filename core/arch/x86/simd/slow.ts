// The general path of SSE arithmetic: lane by lane with the exact routines of core/float.

import { max32, max64, min32, min64 } from "../../../float/compare";
import { add32, div32, mul32, sqrt32, sub32 } from "../../../float/soft32";
import { add64, div64, mul64, sqrt64, sub64 } from "../../../float/soft64";
import { sseBegin, sseEnd } from "./mxcsr";

export const OP_ADD = 0;
export const OP_SUB = 1;
export const OP_MUL = 2;
export const OP_DIV = 3;
export const OP_MIN = 4;
export const OP_MAX = 5;
/** Of the second operand. */
export const OP_SQRT = 6;
/** Even lanes subtract, odd lanes add. */
export const OP_ADDSUB = 7;

function lane64(op: i32, a: u64, b: u64, odd: bool): u64 {
  switch (op) {
    case OP_ADD:
      return add64(a, b);
    case OP_SUB:
      return sub64(a, b);
    case OP_MUL:
      return mul64(a, b);
    case OP_DIV:
      return div64(a, b);
    case OP_MIN:
      return min64(a, b);
    case OP_MAX:
      return max64(a, b);
    case OP_SQRT:
      return sqrt64(b);
    default:
      return odd ? add64(a, b) : sub64(a, b);
  }
}

function lane32(op: i32, a: u32, b: u32, odd: bool): u32 {
  switch (op) {
    case OP_ADD:
      return add32(a, b);
    case OP_SUB:
      return sub32(a, b);
    case OP_MUL:
      return mul32(a, b);
    case OP_DIV:
      return div32(a, b);
    case OP_MIN:
      return min32(a, b);
    case OP_MAX:
      return max32(a, b);
    case OP_SQRT:
      return sqrt32(b);
    default:
      return odd ? add32(a, b) : sub32(a, b);
  }
}

/** Lane 0 of `a` replaced by the result. */
export function slowSd(cpu: i32, op: i32, a: v128, b: v128): v128 {
  sseBegin(cpu);
  const r = lane64(op, i64x2.extract_lane(a, 0), i64x2.extract_lane(b, 0), false);
  return sseEnd(cpu) ? i64x2.replace_lane(a, 0, r) : a;
}

export function slowPd(cpu: i32, op: i32, a: v128, b: v128): v128 {
  sseBegin(cpu);
  const r0 = lane64(op, i64x2.extract_lane(a, 0), i64x2.extract_lane(b, 0), false);
  const r1 = lane64(op, i64x2.extract_lane(a, 1), i64x2.extract_lane(b, 1), true);
  return sseEnd(cpu) ? i64x2.replace_lane(i64x2.splat(r0), 1, r1) : a;
}

export function slowSs(cpu: i32, op: i32, a: v128, b: v128): v128 {
  sseBegin(cpu);
  const r = lane32(op, i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0), false);
  return sseEnd(cpu) ? i32x4.replace_lane(a, 0, r) : a;
}

export function slowPs(cpu: i32, op: i32, a: v128, b: v128): v128 {
  sseBegin(cpu);
  let r = a;
  r = i32x4.replace_lane(r, 0, lane32(op, i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0), false));
  r = i32x4.replace_lane(r, 1, lane32(op, i32x4.extract_lane(a, 1), i32x4.extract_lane(b, 1), true));
  r = i32x4.replace_lane(r, 2, lane32(op, i32x4.extract_lane(a, 2), i32x4.extract_lane(b, 2), false));
  r = i32x4.replace_lane(r, 3, lane32(op, i32x4.extract_lane(a, 3), i32x4.extract_lane(b, 3), true));
  return sseEnd(cpu) ? r : a;
}

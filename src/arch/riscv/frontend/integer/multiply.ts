// Multiplication and division (unprivileged 12). Division raises no exceptions: a quotient by 0 is all ones, a remainder the dividend; the
// least number divided by -1 is itself. WebAssembly's division is given a divisor that it can do.

import type { Value } from "../../../../ir/builder.js";
import { Ty } from "../../../../ir/ops.js";
import { WOp } from "../../../../ir/wasm-ops.js";
import type { Binary } from "./arith.js";

export const mul: Binary = (b, x, y) => b.mul(x, y);
export const mulh: Binary = (b, x, y) => b.mulhs(x, y);
export const mulhu: Binary = (b, x, y) => b.mulhu(x, y);
/** Signed times unsigned: as unsigned, less rs2 << 64 where rs1 is negative. */
export const mulhsu: Binary = (b, x, y) => b.sub(b.mulhu(x, y), b.and(b.shrs(x, b.i64(63)), y));

function constant(b: Parameters<Binary>[0], like: Value, value: number): Value {
  return b.type(like) === Ty.I32 ? b.i32(value) : b.i64(value);
}

function wasm(narrow: WOp, wide: WOp): Binary {
  return (b, x, y) => (b.type(x) === Ty.I32 ? b.w(Ty.I32, narrow, x, y) : b.w(Ty.I64, wide, x, y));
}

const divs = wasm(WOp.i32_div_s, WOp.i64_div_s);
const divu = wasm(WOp.i32_div_u, WOp.i64_div_u);
const rems = wasm(WOp.i32_rem_s, WOp.i64_rem_s);
const remu = wasm(WOp.i32_rem_u, WOp.i64_rem_u);

export const quotientSigned: Binary = (b, x, y) => {
  const one = constant(b, x, 1);
  // 0 and -1.
  const special = b.leu(b.add(y, one), one);
  const other = b.select(b.eq(y, constant(b, x, 0)), constant(b, x, -1), b.neg(x));
  return b.select(special, other, divs(b, x, b.select(special, one, y)));
};

export const quotient: Binary = (b, x, y) => {
  const zero = b.eq(y, constant(b, x, 0));
  return b.select(zero, constant(b, x, -1), divu(b, x, b.select(zero, constant(b, x, 1), y)));
};

/** By 1 nothing remains, as by -1. */
export const remainderSigned: Binary = (b, x, y) => {
  const one = constant(b, x, 1);
  const rest = rems(b, x, b.select(b.leu(b.add(y, one), one), one, y));
  return b.select(b.eq(y, constant(b, x, 0)), x, rest);
};

export const remainder: Binary = (b, x, y) => {
  const zero = b.eq(y, constant(b, x, 0));
  return b.select(zero, x, remu(b, x, b.select(zero, constant(b, x, 1), y)));
};

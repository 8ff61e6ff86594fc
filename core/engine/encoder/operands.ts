// Which of a node's fields are values: src/ir/operands.ts for the IR in linear memory.

import { Op } from "../../../src/ir/ops";
import { WOp } from "../../../src/ir/wasm-ops";
import { a, b, c, d, op } from "./state";

/** The operands that operandsOf() has found last. */
export let operand0: i32 = 0;
export let operand1: i32 = 0;
export let operand2: i32 = 0;

/** Finds the value operands of node `n` in the order they are evaluated, and gives their number. */
export function operandsOf(n: i32): i32 {
  const o = op(n);
  switch (o) {
    case Op.NOP:
    case Op.CONST:
    case Op.VCONST:
    case Op.LD:
    case Op.PC:
    case Op.FENCE:
    case Op.GOTO:
    case Op.EXIT:
      return 0;
    case Op.ST:
      operand0 = b(n);
      return 1;
    case Op.SELECT:
      operand0 = a(n);
      operand1 = b(n);
      operand2 = c(n);
      return 3;
    case Op.LOAD:
    case Op.BRANCH:
    case Op.JUMP:
      operand0 = a(n);
      return 1;
    case Op.STORE:
      operand0 = a(n);
      operand1 = b(n);
      return 2;
    case Op.ATOMIC:
      return present(a(n), b(n), d(n));
    case Op.CALL:
      return present(b(n), c(n), d(n));
    case Op.W:
      return present(b(n), c(n), a(n) === WOp.v128_bitselect ? d(n) : -1);
    case Op.SHUFFLE:
      operand0 = b(n);
      operand1 = c(n);
      return 2;
  }
  operand0 = a(n);
  if (o >= Op.CLZ) return 1;
  operand1 = b(n);
  return 2;
}

/** Those of three that are there (not -1). */
function present(x: i32, y: i32, z: i32): i32 {
  let k = 0;
  if (x >= 0) {
    operand0 = x;
    k = 1;
  }
  if (y >= 0) {
    if (k === 0) operand0 = y;
    else operand1 = y;
    k++;
  }
  if (z >= 0) {
    if (k === 0) operand0 = z;
    else if (k === 1) operand1 = z;
    else operand2 = z;
    k++;
  }
  return k;
}

/** Number k of them. */
// @ts-ignore: decorator
@inline export function operand(k: i32): i32 {
  return k === 0 ? operand0 : k === 1 ? operand1 : operand2;
}

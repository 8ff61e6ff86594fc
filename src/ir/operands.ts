// Which of a node's fields a b c d are values (indices of other nodes).

import type { IrBlock } from "./block.js";
import { Op } from "./ops.js";
import { WOp } from "./wasm-ops.js";

/** Most value operands of a node. */
export const MAX_OPERANDS = 3;

/** Writes the value operands of node `n` to `out` in the order they are evaluated, and gives their number. */
export function operandsOf(block: IrBlock, n: number, out: Int32Array): number {
  const op = block.op[n] as Op;
  let k = 0;
  switch (op) {
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
      out[0] = block.b[n]!;
      return 1;
    case Op.SELECT:
      out[0] = block.a[n]!;
      out[1] = block.b[n]!;
      out[2] = block.c[n]!;
      return 3;
    case Op.LOAD:
    case Op.BRANCH:
    case Op.JUMP:
      out[0] = block.a[n]!;
      return 1;
    case Op.STORE:
      out[0] = block.a[n]!;
      out[1] = block.b[n]!;
      return 2;
    case Op.ATOMIC:
      if (block.a[n]! >= 0) out[k++] = block.a[n]!;
      if (block.b[n]! >= 0) out[k++] = block.b[n]!;
      if (block.d[n]! >= 0) out[k++] = block.d[n]!;
      return k;
    case Op.CALL:
      if (block.b[n]! >= 0) out[k++] = block.b[n]!;
      if (block.c[n]! >= 0) out[k++] = block.c[n]!;
      if (block.d[n]! >= 0) out[k++] = block.d[n]!;
      return k;
    case Op.W:
      if (block.b[n]! >= 0) out[k++] = block.b[n]!;
      if (block.c[n]! >= 0) out[k++] = block.c[n]!;
      if (block.a[n] === WOp.v128_bitselect) out[k++] = block.d[n]!;
      return k;
    case Op.SHUFFLE:
      out[0] = block.b[n]!;
      out[1] = block.c[n]!;
      return 2;
    default:
      out[0] = block.a[n]!;
      if (op >= Op.CLZ) return 1;
      out[1] = block.b[n]!;
      return 2;
  }
}

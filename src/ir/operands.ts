import type { IrBlock } from "./block.js";
import { Op } from "./ops.js";

/** Writes the values node `n` uses into `out` and returns how many there are. */
export function operands(block: IrBlock, n: number, out: Int32Array): number {
  const op: Op = block.op[n]!;
  switch (op) {
    case Op.NOP:
    case Op.CONST:
    case Op.VCONST:
    case Op.LD:
    case Op.PC:
    case Op.GOTO:
    case Op.EXIT:
      return 0;
    case Op.ST:
      out[0] = block.b[n]!;
      return 1;
    case Op.CLZ:
    case Op.CTZ:
    case Op.POPCNT:
    case Op.BSWAP:
    case Op.EXT8S:
    case Op.EXT16S:
    case Op.EXT32S:
    case Op.WRAP:
    case Op.EXTU:
    case Op.EXTS:
    case Op.LOAD:
    case Op.BRANCH:
    case Op.JUMP:
      out[0] = block.a[n]!;
      return 1;
    case Op.SELECT:
      out[0] = block.a[n]!;
      out[1] = block.b[n]!;
      out[2] = block.c[n]!;
      return 3;
    case Op.CALL: {
      let k = 0;
      if (block.b[n]! >= 0) out[k++] = block.b[n]!;
      if (block.c[n]! >= 0) out[k++] = block.c[n]!;
      if (block.d[n]! >= 0) out[k++] = block.d[n]!;
      return k;
    }
    case Op.W: {
      let k = 0;
      if (block.b[n]! >= 0) out[k++] = block.b[n]!;
      if (block.c[n]! >= 0) out[k++] = block.c[n]!;
      if (isBitselect(block.a[n]!)) out[k++] = block.d[n]!;
      return k;
    }
    case Op.SHUFFLE:
      out[0] = block.b[n]!;
      out[1] = block.c[n]!;
      return 2;
    default:
      // Binary operations, comparisons, STORE.
      out[0] = block.a[n]!;
      out[1] = block.b[n]!;
      return 2;
  }
}

export function isBitselect(opcode: number): boolean {
  return opcode === 0x1052;
}

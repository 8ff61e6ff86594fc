// Which bits of a value may be set, from what is known of its operands.

import type { IrBlock } from "./block.js";
import { Op, Ty } from "./ops.js";

/** Sets what is known of node n = op(x, y); `yConst`: y is a constant. */
export function knowBinary(b: IrBlock, n: number, op: Op, ty: Ty, x: number, y: number, yConst: boolean): void {
  const xl = b.maybeLo[x]!;
  const xh = b.maybeHi[x]!;
  const yl = b.maybeLo[y]!;
  const yh = b.maybeHi[y]!;
  switch (op) {
    case Op.AND:
      b.maybeLo[n] = xl & yl;
      b.maybeHi[n] = xh & yh;
      break;
    case Op.OR:
    case Op.XOR:
      b.maybeLo[n] = xl | yl;
      b.maybeHi[n] = xh | yh;
      break;
    case Op.SHRU:
      if (yConst) {
        const s = b.a[y]! & (ty === Ty.I32 ? 31 : 63);
        if (ty === Ty.I32) b.maybeLo[n] = xl >>> s;
        else if (s >= 32) {
          b.maybeLo[n] = xh >>> (s - 32);
          b.maybeHi[n] = 0;
        } else if (s > 0) {
          b.maybeLo[n] = (xl >>> s) | (xh << (32 - s));
          b.maybeHi[n] = xh >>> s;
        }
      } else if (xh === 0) b.maybeHi[n] = 0;
      break;
    case Op.SHL:
      if (yConst) {
        const s = b.a[y]! & (ty === Ty.I32 ? 31 : 63);
        if (ty === Ty.I32) b.maybeLo[n] = xl << s;
        else if (s >= 32) {
          b.maybeLo[n] = 0;
          b.maybeHi[n] = xl << (s - 32);
        } else if (s > 0) {
          b.maybeLo[n] = xl << s;
          b.maybeHi[n] = (xh << s) | (xl >>> (32 - s));
        }
      }
      break;
    case Op.ADD:
      // Two small non-negative values cannot carry further than one bit.
      if (xh === 0 && yh === 0) {
        const top = 32 - Math.clz32(xl | yl);
        if (top < 31) {
          b.maybeLo[n] = (1 << (top + 1)) - 1;
          b.maybeHi[n] = 0;
        } else b.maybeHi[n] = 1;
      }
      break;
  }
  if (ty === Ty.I32) b.maybeHi[n] = 0;
}

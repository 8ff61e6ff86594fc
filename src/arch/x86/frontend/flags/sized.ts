// Values of an operand's size: 1, 2 and 4 bytes are I32, zero-extended; 8 bytes are I64.

import type { IrBuilder, Value } from "../../../../ir/builder.js";
import { Op, Ty } from "../../../../ir/ops.js";

export type Size = 1 | 2 | 4 | 8;

const MASKS = [0, 0xff, 0xffff, 0, -1];

export class Sized {
  constructor(protected readonly b: IrBuilder) {}

  /** An I64 whose low bits are the value: the bits above do not matter in CC_DST, CC_SRC. */
  protected wide(v: Value, size: Size): Value {
    const b = this.b;
    if (b.type(v) === Ty.I64) return v;
    const block = b.block;
    const bits = MASKS[size]!;
    let w = v;
    while (block.op[w] === Op.AND && block.op[block.b[w]!] === Op.CONST && (block.a[block.b[w]!]! & bits) === bits) {
      w = block.a[w]!;
    }
    if (block.op[w] === Op.WRAP) return block.a[w]!;
    // The register has usually just been written with the same extension.
    for (let n = block.count - 1, end = Math.max(0, n - 6); n >= end; n--) {
      if (block.op[n] === Op.EXTU && block.a[n] === v) return n;
    }
    return b.extu(v);
  }

  protected narrow(v: Value, size: Size): Value {
    const b = this.b;
    if (size === 8) return v;
    const w = b.wrap(v);
    return size === 4 ? w : b.zext(w, size === 2 ? 16 : 8);
  }

  protected typed(v: Value, size: Size): Value {
    return size === 8 ? this.b.extu(v) : v;
  }

  protected zero(size: Size): Value {
    return size === 8 ? this.b.i64(0, 0) : this.b.i32(0);
  }

  protected signed(v: Value, size: Size): Value {
    return size === 1 ? this.b.sext(v, 8) : size === 2 ? this.b.sext(v, 16) : v;
  }

  /** Top bit of a value whose bits above the size are 0 (or do not exist). */
  protected sign(v: Value, size: Size, negate: boolean): Value {
    const b = this.b;
    if (size < 4) return this.negate(b.and(b.shru(v, b.i32(size * 8 - 1)), b.i32(1)), negate);
    const zero = this.zero(size);
    return negate ? b.les(zero, v) : b.lts(v, zero);
  }

  /** The most negative value of a size (0x80...), or the greatest (0x7f...), as zero-extended pattern. */
  protected extreme(size: Size, negative: boolean): Value {
    const b = this.b;
    if (size === 8) return negative ? b.i64(0, 0x80000000 | 0) : b.i64(-1, 0x7fffffff);
    const top = 2 ** (size * 8 - 1);
    return b.i32(negative ? top | 0 : top - 1);
  }

  protected negate(v: Value, negate: boolean): Value {
    return negate ? this.b.xor(v, this.b.i32(1)) : v;
  }
}

// What is known of the last instruction that set the flags: CC_OP, its operands and its result.
//
// CC_OP is known when the builder knows a constant in its slot; operands are remembered as long as the slots still hold what the
// instruction stored, so helpers that write the slots need no special care.

import type { Value } from "../../../../ir/builder.js";
import { Ty } from "../../../../ir/ops.js";
import {
  CC_ADC,
  CC_ADD,
  CC_DEC,
  CC_INC,
  CC_LOGIC,
  CC_PART,
  CC_POPCNT,
  CC_SBB,
  CC_SUB,
  X_CC_DST,
  X_CC_OP,
  X_CC_SRC,
  X_CC_SRC2,
} from "../../layout.js";
import { type Size, Sized } from "./sized.js";

export class FlagOperands extends Sized {
  // Narrow operands of the last instruction that set the flags: result, first, second operand, carry in (or -1).
  protected r: Value = -1;
  protected x: Value = -1;
  protected y: Value = -1;
  protected carryIn: Value = -1;
  // Its stores: valid while the slots hold these.
  protected dst: Value = -1;
  protected src: Value = -1;
  /** I32 0/1 for the kinds that keep CF in CC_SRC. */
  protected cf: Value = -1;

  /** CC_OP if known, else -1. */
  op(): number {
    const v = this.b.known(X_CC_OP);
    return v >= 0 && this.b.isConst(v) ? this.b.constLo(v) : -1;
  }

  protected inBlock(): boolean {
    return (
      this.dst >= 0 && this.b.known(X_CC_DST) === this.dst && (this.src < 0 || this.b.known(X_CC_SRC) === this.src)
    );
  }

  /** Makes r, x, y, carryIn, cf hold the operands of the known CC_OP, from the slots where this block did not set them. */
  protected recall(kind: number, size: Size): void {
    if (this.inBlock()) return;
    const b = this.b;
    this.dst = b.ld(X_CC_DST, Ty.I64);
    this.r = this.narrow(this.dst, size);
    this.src = -1;
    this.x = -1;
    this.y = -1;
    this.cf = -1;
    this.carryIn = -1;
    if (kind === CC_LOGIC || kind === CC_POPCNT) return;
    this.src = b.ld(X_CC_SRC, Ty.I64);
    const src = this.narrow(this.src, size);
    switch (kind) {
      case CC_ADC:
      case CC_SBB:
        this.carryIn = b.wrap(b.ld(X_CC_SRC2, Ty.I64));
        this.y = src;
        break;
      case CC_ADD:
      case CC_SUB:
        this.y = src;
        break;
      case CC_INC:
      case CC_DEC:
        this.cf = b.zext(b.wrap(this.src), 8);
        break;
      case CC_PART:
        this.x = b.wrap(this.src);
        break;
      default:
        this.x = src;
    }
  }

  /** The first operand where only the result and the second are known. */
  protected first(kind: number, size: Size): Value {
    if (this.x >= 0) return this.x;
    const b = this.b;
    let x: Value;
    if (kind === CC_ADD || kind === CC_ADC) {
      x = b.sub(this.r, this.y);
      if (kind === CC_ADC) x = b.sub(x, this.typed(this.carryIn, size));
    } else {
      x = b.add(this.r, this.y);
      if (kind === CC_SBB) x = b.add(x, this.typed(this.carryIn, size));
    }
    if (size < 4) x = b.zext(x, size === 2 ? 16 : 8);
    this.x = x;
    return x;
  }
}

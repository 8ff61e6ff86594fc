// One flag at a time, as IR, from the operands of the instruction that set it.

import type { Value } from "../../../../ir/builder.js";
import { Ty } from "../../../../ir/ops.js";
import {
  CC_ADC,
  CC_ADD,
  CC_BMI,
  CC_DEC,
  CC_INC,
  CC_MUL,
  CC_PART,
  CC_SAR,
  CC_SBB,
  CC_SHL,
  CC_SUB,
} from "../../layout.js";
import { FlagOperands } from "./operands.js";
import type { Size } from "./sized.js";

export const CF = 1;
export const PF = 4;
export const AF = 0x10;
export const ZF = 0x40;
export const SF = 0x80;
export const OF = 0x800;

/** Of a CC_OP that is known, whose operands have been recalled. CF, OF, ZF, SF, PF: I32 0/1. */
export class FlagBits extends FlagOperands {
  protected cfOf(kind: number, size: Size): Value {
    const b = this.b;
    switch (kind) {
      case CC_ADD:
        return b.ltu(this.r, this.y);
      case CC_ADC:
        return b.select(this.carryIn, b.leu(this.r, this.y), b.ltu(this.r, this.y));
      case CC_SUB:
        return b.ltu(this.first(kind, size), this.y);
      case CC_SBB: {
        const x = this.first(kind, size);
        return b.select(this.carryIn, b.leu(x, this.y), b.ltu(x, this.y));
      }
      case CC_INC:
      case CC_DEC:
        return this.cf;
      case CC_SHL:
        return this.sign(this.x, size, false);
      case CC_SAR: {
        const low = size === 8 ? b.wrap(this.x) : this.x;
        return b.and(low, b.i32(1));
      }
      case CC_MUL:
        return this.cf >= 0 ? this.cf : b.ne(this.x, this.zero(size));
      case CC_BMI:
        return b.eq(this.x, this.zero(size));
      case CC_PART:
        return b.and(this.x, b.i32(1));
      default:
        return b.i32(0);
    }
  }

  protected ofOf(kind: number, size: Size): Value {
    const b = this.b;
    switch (kind) {
      case CC_ADD:
      case CC_ADC: {
        const x = this.first(kind, size);
        return this.sign(b.and(b.xor(x, this.r), b.xor(this.y, this.r)), size, false);
      }
      case CC_SUB:
      case CC_SBB: {
        const x = this.first(kind, size);
        return this.sign(b.and(b.xor(x, this.y), b.xor(x, this.r)), size, false);
      }
      case CC_INC:
        return b.eq(this.r, this.extreme(size, true));
      case CC_DEC:
        return b.eq(this.r, this.extreme(size, false));
      case CC_SHL:
      case CC_SAR:
        return b.xor(this.sign(this.x, size, false), this.sign(this.r, size, false));
      case CC_MUL:
        return this.cfOf(kind, size);
      case CC_PART:
        return b.and(b.shru(this.x, b.i32(11)), b.i32(1));
      default:
        return b.i32(0);
    }
  }

  /** AF in its place (bit 4). */
  protected afOf(kind: number, size: Size): Value {
    const b = this.b;
    const low = (v: Value) => (size === 8 ? b.wrap(v) : v);
    switch (kind) {
      case CC_ADD:
      case CC_ADC:
      case CC_SUB:
      case CC_SBB:
        return b.and(b.xor(b.xor(low(this.first(kind, size)), low(this.y)), low(this.r)), b.i32(AF));
      case CC_INC:
      case CC_DEC:
        return b.shl(b.eq(b.and(low(this.r), b.i32(15)), b.i32(kind === CC_INC ? 0 : 15)), b.i32(4));
      default:
        return b.i32(0);
    }
  }

  protected equalsZero(size: Size, negate: boolean): Value {
    const zero = this.zero(size);
    return negate ? this.b.ne(this.r, zero) : this.b.eq(this.r, zero);
  }

  protected parity(negate: boolean): Value {
    const b = this.b;
    const low = b.type(this.r) === Ty.I64 ? b.wrap(this.r) : this.r;
    return this.negate(b.and(b.popcnt(b.zext(low, 8)), b.i32(1)), !negate);
  }

  /** Those of CF AF OF that `mask` wants, as EFLAGS bits (I32), of the known kind whose operands have been recalled. */
  protected part(kind: number, size: Size, mask: number): Value {
    const b = this.b;
    if (kind === CC_PART) return this.x;
    let flags = b.i32(0);
    if (mask & CF) flags = this.cfOf(kind, size);
    if (mask & AF) flags = b.or(flags, this.afOf(kind, size));
    if (mask & OF) flags = b.or(flags, b.shl(this.ofOf(kind, size), b.i32(11)));
    return flags;
  }
}

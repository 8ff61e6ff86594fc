// Conditions (Jcc, SETcc, CMOVcc) as IR. A comparison and the branch that uses it become one comparison of the operands.

import type { Value } from "../../../../ir/builder.js";
import { Ty } from "../../../../ir/ops.js";
import { CC_EFLAGS, CC_LOGIC, CC_POPCNT, CC_SUB, X_CC_SRC } from "../../layout.js";
import { helperId } from "../helpers.js";
import { FlagBits } from "./bits.js";
import type { Size } from "./sized.js";

const H_COND = helperId("x86_cond");
const H_FLAGS = helperId("x86_flags");
const BYTES = [1, 2, 4, 8] as const;

// Condition codes without the negation bit.
const COND_O = 0;
const COND_B = 2;
const COND_Z = 4;
const COND_BE = 6;
const COND_S = 8;
const COND_P = 10;
const COND_L = 12;
const COND_LE = 14;

/** Bits of EFLAGS by COND_*, for those that are one flag. */
const FLAG_SHIFT: Record<number, number> = { [COND_O]: 11, [COND_B]: 0, [COND_Z]: 6, [COND_S]: 7, [COND_P]: 2 };

export class Conditions extends FlagBits {
  /** CF PF AF ZF SF OF as in EFLAGS (I32). */
  all(): Value {
    const b = this.b;
    return this.op() === CC_EFLAGS ? b.wrap(b.ld(X_CC_SRC, Ty.I64)) : b.wrap(b.call(H_FLAGS));
  }

  /** Condition code 0-15 (Jcc, SETcc, CMOVcc) as I32 0/1. */
  condition(cc: number): Value {
    const b = this.b;
    const op = this.op();
    if (op < 0) return b.wrap(b.call(H_COND, b.i64(cc)));
    const kind = op & ~3;
    const negate = (cc & 1) !== 0;
    if (op < 4) return this.negate(this.eflagsCondition(cc & 14), negate);
    const size = BYTES[op & 3]!;
    this.recall(kind, size);
    if (kind === CC_SUB) return this.compareCondition(cc & 14, negate, size);
    switch (cc & 14) {
      case COND_Z:
        return this.equalsZero(size, negate);
      case COND_BE:
        if (kind === CC_LOGIC) return this.equalsZero(size, negate);
        return this.negate(b.or(this.cfOf(kind, size), this.equalsZero(size, false)), negate);
      case COND_L:
        if (kind === CC_LOGIC) return this.sign(this.r, size, negate);
        return this.negate(b.xor(this.sign(this.r, size, false), this.ofOf(kind, size)), negate);
      case COND_LE: {
        if (kind === CC_LOGIC) {
          const s = this.signed(this.r, size);
          const zero = this.zero(size);
          return negate ? b.lts(zero, s) : b.les(s, zero);
        }
        const less = b.xor(this.sign(this.r, size, false), this.ofOf(kind, size));
        return this.negate(b.or(less, this.equalsZero(size, false)), negate);
      }
      case COND_S:
        if (kind === CC_POPCNT) return b.i32(negate ? 1 : 0);
        return this.sign(this.r, size, negate);
      case COND_O:
        return this.negate(this.ofOf(kind, size), negate);
      case COND_B:
        return this.negate(this.cfOf(kind, size), negate);
      case COND_P:
        if (kind === CC_POPCNT) return b.i32(negate ? 1 : 0);
        return this.parity(negate);
    }
    throw new Error(`condition ${cc}`);
  }

  /** CF as I32 0/1. */
  carry(): Value {
    return this.condition(COND_B);
  }

  protected compareCondition(cc: number, negate: boolean, size: Size): Value {
    const b = this.b;
    const y = this.y;
    switch (cc) {
      case COND_S:
        return this.sign(this.r, size, negate);
      case COND_P:
        return this.parity(negate);
      case COND_Z:
        // The result is at hand even where the first operand would have to be computed.
        if (this.x < 0) return this.equalsZero(size, negate);
        return negate ? b.ne(this.x, y) : b.eq(this.x, y);
    }
    const x = this.first(CC_SUB, size);
    switch (cc) {
      case COND_B:
        return negate ? b.leu(y, x) : b.ltu(x, y);
      case COND_BE:
        return negate ? b.ltu(y, x) : b.leu(x, y);
      case COND_O:
        return this.negate(this.ofOf(CC_SUB, size), negate);
    }
    const sx = this.signed(x, size);
    const sy = this.signed(y, size);
    if (cc === COND_L) return negate ? b.les(sy, sx) : b.lts(sx, sy);
    return negate ? b.lts(sy, sx) : b.les(sx, sy);
  }

  protected eflagsCondition(cc: number): Value {
    const b = this.b;
    const flags = b.wrap(b.ld(X_CC_SRC, Ty.I64));
    const bit = (n: number) => b.and(n === 0 ? flags : b.shru(flags, b.i32(n)), b.i32(1));
    switch (cc) {
      case COND_BE:
        return b.ne(b.and(flags, b.i32(0x41)), b.i32(0));
      case COND_L:
        return b.xor(bit(7), bit(11));
      case COND_LE:
        return b.or(b.xor(bit(7), bit(11)), bit(6));
    }
    return bit(FLAG_SHIFT[cc]!);
  }
}

// Lazy flags at translation time: what an instruction says about CF PF AF ZF SF OF, in the slots that keep it.

import type { Value } from "../../../../ir/builder.js";
import { Ty } from "../../../../ir/ops.js";
import {
  CC_ADC,
  CC_ADD,
  CC_BMI,
  CC_DEC,
  CC_EFLAGS,
  CC_INC,
  CC_LOGIC,
  CC_MUL,
  CC_PART,
  CC_POPCNT,
  CC_SAR,
  CC_SBB,
  CC_SHL,
  CC_SUB,
  X_CC_DST,
  X_CC_OP,
  X_CC_SRC,
  X_CC_SRC2,
} from "../../layout.js";
import { AF, CF, OF, PF, SF, ZF } from "./bits.js";
import { Conditions } from "./conditions.js";
import type { Size } from "./sized.js";

const LOG2 = [0, 0, 1, 0, 2, 0, 0, 0, 3];
const BYTES = [1, 2, 4, 8] as const;
/** The flags CC_PART keeps as they are. */
const PART = CF | AF | OF;

export class Flags extends Conditions {
  /** At the start of a block; `entry` is a context() of the block before, or 0. */
  begin(entry: number): void {
    this.dst = -1;
    this.src = -1;
    if (entry > 0) this.b.assume(X_CC_OP, this.b.i32(entry - 1));
  }

  /** What the block's end knows, for begin(). */
  context(): number {
    return this.op() + 1;
  }

  private setOp(op: number): void {
    if (this.op() !== op) this.b.st(X_CC_OP, this.b.i32(op));
  }

  private keep(kind: number, size: Size, r: Value, x: Value, y: Value, carry: Value, src: Value, cf: Value): void {
    const b = this.b;
    this.dst = this.wide(r, size);
    b.st(X_CC_DST, this.dst);
    this.src = src;
    if (src >= 0) b.st(X_CC_SRC, src);
    this.setOp(kind + LOG2[size]!);
    this.r = r;
    this.x = x;
    this.y = y;
    this.carryIn = carry;
    this.cf = cf;
  }

  // ---- setting: operands and result zero-extended to I32 (size 1, 2, 4) or I64 (8) ----------------------------------------

  /** r = x + y. */
  add(size: Size, x: Value, y: Value, r: Value): void {
    this.keep(CC_ADD, size, r, x, y, -1, this.wide(y, size), -1);
  }

  /** r = x - y: SUB, CMP, NEG. */
  sub(size: Size, x: Value, y: Value, r: Value): void {
    this.keep(CC_SUB, size, r, x, y, -1, this.wide(y, size), -1);
  }

  /** r = x + y + carry (I32 0/1). */
  adc(size: Size, x: Value, y: Value, carry: Value, r: Value): void {
    this.b.st(X_CC_SRC2, this.b.extu(carry));
    this.keep(CC_ADC, size, r, x, y, carry, this.wide(y, size), -1);
  }

  /** r = x - y - carry (I32 0/1). */
  sbb(size: Size, x: Value, y: Value, carry: Value, r: Value): void {
    this.b.st(X_CC_SRC2, this.b.extu(carry));
    this.keep(CC_SBB, size, r, x, y, carry, this.wide(y, size), -1);
  }

  /** AND, OR, XOR, TEST. */
  logic(size: Size, r: Value): void {
    this.keep(CC_LOGIC, size, r, -1, -1, -1, -1, -1);
  }

  /** `carry` is the CF kept from before (I32 0/1). */
  inc(size: Size, r: Value, carry: Value): void {
    this.keep(CC_INC, size, r, -1, -1, -1, this.b.extu(carry), carry);
  }

  dec(size: Size, r: Value, carry: Value): void {
    this.keep(CC_DEC, size, r, -1, -1, -1, this.b.extu(carry), carry);
  }

  /** SHL by a constant count: `before` is the operand shifted by count - 1. */
  shl(size: Size, r: Value, before: Value): void {
    this.keep(CC_SHL, size, r, before, -1, -1, this.wide(before, size), -1);
  }

  /** SHR, SAR by a constant count: `before` is the operand shifted by count - 1. */
  shr(size: Size, r: Value, before: Value): void {
    this.keep(CC_SAR, size, r, before, -1, -1, this.wide(before, size), -1);
  }

  /** A shift by a variable count (I32, already masked): nothing changes when it is 0. */
  shiftBy(kind: number, size: Size, r: Value, before: Value, count: Value): void {
    const b = this.b;
    const changes = b.ne(count, b.i32(0));
    this.dst = -1;
    b.st(X_CC_DST, b.select(changes, this.wide(r, size), b.ld(X_CC_DST, Ty.I64)));
    b.st(X_CC_SRC, b.select(changes, this.wide(before, size), b.ld(X_CC_SRC, Ty.I64)));
    b.st(X_CC_OP, b.select(changes, b.i32(kind + LOG2[size]!), b.ld(X_CC_OP, Ty.I32)));
  }

  /** Multiplication: r the low half; `overflow` I32 0/1 gives CF and OF. */
  mul(size: Size, r: Value, overflow: Value): void {
    this.keep(CC_MUL, size, r, -1, -1, -1, this.b.extu(overflow), overflow);
  }

  /** ZF SF PF from r, CF = (x == 0), OF = 0: BLSR, BLSMSK, TZCNT, LZCNT, BZHI. */
  bmi(size: Size, r: Value, x: Value): void {
    this.keep(CC_BMI, size, r, x, -1, -1, this.wide(x, size), -1);
  }

  /** ZF = (r == 0), the others 0. */
  popcnt(size: Size, r: Value): void {
    this.keep(CC_POPCNT, size, r, -1, -1, -1, -1, -1);
  }

  /** All six at once (I32, CF PF AF ZF SF OF bits as in EFLAGS; no other bits set). */
  setAll(flags: Value): void {
    this.dst = -1;
    this.src = -1;
    this.b.st(X_CC_SRC, this.b.extu(flags));
    this.setOp(CC_EFLAGS);
  }

  /**
   * CF (I32 0/1), with OF and AF 0: BT and its kin, which keep ZF SF PF and leave those undefined. Always 0, not what is
   * cheapest: what is known about the flags before differs from translation to translation, what the guest sees may not.
   */
  setCarryAlone(carry: Value): void {
    const b = this.b;
    const op = this.op();
    if (op < 4 || (op & ~3) === CC_POPCNT) {
      this.setAll(b.or(b.and(this.all(), b.i32(ZF | SF | PF)), carry));
      return;
    }
    if (!this.inBlock()) this.dst = -1;
    this.src = b.extu(carry);
    b.st(X_CC_SRC, this.src);
    this.setOp(CC_PART + (op & 3));
    this.x = carry;
    this.y = -1;
    this.carryIn = -1;
    this.cf = -1;
  }

  /** Replaces the flags of `mask` (EFLAGS bits) by those of `value` (I32, no other bits set), unless `when` (I32) is given and 0. */
  setSome(mask: number, value: Value, when: Value = -1): void {
    const b = this.b;
    const op = this.op();
    const kind = op & ~3;
    const partial = (mask & ~PART) === 0 && op > 3 && kind !== CC_POPCNT;
    const size = BYTES[op & 3]!;
    if (partial) this.recall(kind, size);
    const old = partial ? this.part(kind, size, when < 0 ? PART & ~mask : PART) : this.all();
    let flags = b.or(b.and(old, b.i32(~mask)), value);
    if (when >= 0) flags = b.select(when, flags, old);
    if (!partial) {
      this.setAll(flags);
      return;
    }
    this.src = b.extu(flags);
    b.st(X_CC_SRC, this.src);
    this.setOp(CC_PART + LOG2[size]!);
    this.x = flags;
    this.y = -1;
    this.carryIn = -1;
    this.cf = -1;
  }
}

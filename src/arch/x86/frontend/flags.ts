// Lazy flags at translation time: what the block being translated knows about CF PF AF ZF SF OF, and conditions built
// from that. A comparison and the branch that uses it become one comparison of the operands.
//
// CC_OP is known when the builder knows a constant in its slot; operands of the last flag-setting instruction are
// remembered as long as the slots still hold what it stored, so helpers that write the slots need no special care.

import type { IrBuilder, Value } from "../../../ir/builder.js";
import { Op, Ty } from "../../../ir/ops.js";
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
} from "../layout.js";
import { helperId } from "./helpers.js";

const H_COND = helperId("x86_cond");
const H_FLAGS = helperId("x86_flags");
const LOG2 = [0, 0, 1, 0, 2, 0, 0, 0, 3];
const BYTES = [1, 2, 4, 8] as const;
const MASKS = [0, 0xff, 0xffff, 0, -1];

const CF = 1;
const PF = 4;
const AF = 0x10;
const ZF = 0x40;
const SF = 0x80;
const OF = 0x800;
/** The flags CC_PART keeps as they are. */
const PART = CF | AF | OF;

export type Size = 1 | 2 | 4 | 8;

// Condition codes without the negation bit.
export const COND_O = 0;
export const COND_B = 2;
export const COND_Z = 4;
export const COND_BE = 6;
export const COND_S = 8;
export const COND_P = 10;
export const COND_L = 12;
export const COND_LE = 14;

/** Bits of EFLAGS by COND_*, for those that are one flag. */
const FLAG_SHIFT: Record<number, number> = { [COND_O]: 11, [COND_B]: 0, [COND_Z]: 6, [COND_S]: 7, [COND_P]: 2 };

export class Flags {
  // Narrow operands of the last instruction that set the flags: result, first, second operand, carry in (or -1).
  private r: Value = -1;
  private x: Value = -1;
  private y: Value = -1;
  private carryIn: Value = -1;
  // Its stores: valid while the slots hold these.
  private dst: Value = -1;
  private src: Value = -1;
  /** I32 0/1 for the kinds that keep CF in CC_SRC. */
  private cf: Value = -1;

  constructor(private readonly b: IrBuilder) {}

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

  /** CC_OP if known, else -1. */
  op(): number {
    const v = this.b.known(X_CC_OP);
    return v >= 0 && this.b.isConst(v) ? this.b.constLo(v) : -1;
  }

  private setOp(op: number): void {
    if (this.op() !== op) this.b.st(X_CC_OP, this.b.i32(op));
  }

  /** An I64 whose low bits are the value: the bits above do not matter in CC_DST, CC_SRC. */
  private wide(v: Value, size: Size): Value {
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

  private narrow(v: Value, size: Size): Value {
    const b = this.b;
    if (size === 8) return v;
    const w = b.wrap(v);
    return size === 4 ? w : b.zext(w, size === 2 ? 16 : 8);
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

  /** Those of CF AF OF that `mask` wants, as EFLAGS bits (I32), of the known kind whose operands have been recalled. */
  private part(kind: number, size: Size, mask: number): Value {
    const b = this.b;
    if (kind === CC_PART) return this.x;
    let flags = b.i32(0);
    if (mask & CF) flags = this.cfOf(kind, size);
    if (mask & AF) flags = b.or(flags, this.afOf(kind, size));
    if (mask & OF) flags = b.or(flags, b.shl(this.ofOf(kind, size), b.i32(11)));
    return flags;
  }

  /** AF in its place (bit 4). */
  private afOf(kind: number, size: Size): Value {
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

  // ---- reading --------------------------------------------------------------------------------------------------------------

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

  private inBlock(): boolean {
    return (
      this.dst >= 0 && this.b.known(X_CC_DST) === this.dst && (this.src < 0 || this.b.known(X_CC_SRC) === this.src)
    );
  }

  /** Makes r, x, y, carryIn, cf hold the operands of the known CC_OP, from the slots where this block did not set them. */
  private recall(kind: number, size: Size): void {
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
  private first(kind: number, size: Size): Value {
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

  private typed(v: Value, size: Size): Value {
    return size === 8 ? this.b.extu(v) : v;
  }

  private zero(size: Size): Value {
    return size === 8 ? this.b.i64(0, 0) : this.b.i32(0);
  }

  private signed(v: Value, size: Size): Value {
    return size === 1 ? this.b.sext(v, 8) : size === 2 ? this.b.sext(v, 16) : v;
  }

  private negate(v: Value, negate: boolean): Value {
    return negate ? this.b.xor(v, this.b.i32(1)) : v;
  }

  private equalsZero(size: Size, negate: boolean): Value {
    const zero = this.zero(size);
    return negate ? this.b.ne(this.r, zero) : this.b.eq(this.r, zero);
  }

  /** Top bit of a value whose bits above the size are 0 (or do not exist). */
  private sign(v: Value, size: Size, negate: boolean): Value {
    const b = this.b;
    if (size < 4) return this.negate(b.and(b.shru(v, b.i32(size * 8 - 1)), b.i32(1)), negate);
    const zero = this.zero(size);
    return negate ? b.les(zero, v) : b.lts(v, zero);
  }

  private parity(negate: boolean): Value {
    const b = this.b;
    const low = b.type(this.r) === Ty.I64 ? b.wrap(this.r) : this.r;
    return this.negate(b.and(b.popcnt(b.zext(low, 8)), b.i32(1)), !negate);
  }

  private compareCondition(cc: number, negate: boolean, size: Size): Value {
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

  private cfOf(kind: number, size: Size): Value {
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

  private ofOf(kind: number, size: Size): Value {
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

  /** The most negative value of a size (0x80...), or the greatest (0x7f...), as zero-extended pattern. */
  private extreme(size: Size, negative: boolean): Value {
    const b = this.b;
    if (size === 8) return negative ? b.i64(0, 0x80000000 | 0) : b.i64(-1, 0x7fffffff);
    const top = 2 ** (size * 8 - 1);
    return b.i32(negative ? top | 0 : top - 1);
  }

  private eflagsCondition(cc: number): Value {
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

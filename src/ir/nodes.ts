// Nodes of an IrBlock, each as simple as it can be: constant folding, algebraic identities and the known-bits analysis happen while a node
// is made (each is a look at its operands), so blocks need no second forward pass.

import type { IrBlock } from "./block.js";
import { foldBinary, foldCompare, foldUnary, type Pair } from "./fold.js";
import { knowBinary } from "./known-bits.js";
import { Op, Ty } from "./ops.js";

/** A value: the index of its node. */
export type Value = number;

const pair: Pair = { lo: 0, hi: 0 };

export class Nodes {
  block!: IrBlock;
  /** Guest instruction being translated. */
  pos = 0;

  // ---- constants ------------------------------------------------------------------------------------------------------

  i32(value: number): Value {
    const b = this.block;
    const n = b.push(Op.CONST, Ty.I32, value | 0, 0, 0, 0, this.pos);
    b.maybeLo[n] = value | 0;
    b.maybeHi[n] = 0;
    return n;
  }

  /** I64 from halves; with one argument the value is sign-extended from 32 bits. */
  i64(lo: number, hi: number = lo >> 31): Value {
    const b = this.block;
    const n = b.push(Op.CONST, Ty.I64, lo | 0, hi | 0, 0, 0, this.pos);
    b.maybeLo[n] = lo | 0;
    b.maybeHi[n] = hi | 0;
    return n;
  }

  /** I64 zero-extended from 32 bits. */
  u64(lo: number): Value {
    return this.i64(lo, 0);
  }

  isConst(v: Value): boolean {
    return this.block.op[v] === Op.CONST;
  }

  /** Low half of a constant. */
  constLo(v: Value): number {
    return this.block.a[v]!;
  }

  constHi(v: Value): number {
    return this.block.ty[v] === Ty.I32 ? 0 : this.block.b[v]!;
  }

  /** Bits that may be set in it: of the low half, and of the high half. */
  maybeLow(v: Value): number {
    return this.block.maybeLo[v]!;
  }

  maybeHigh(v: Value): number {
    return this.block.maybeHi[v]!;
  }

  isZero(v: Value): boolean {
    return this.isConst(v) && this.constLo(v) === 0 && this.constHi(v) === 0;
  }

  type(v: Value): Ty {
    return this.block.ty[v]!;
  }

  protected konst(ty: Ty, lo: number, hi: number): Value {
    return ty === Ty.I32 ? this.i32(lo) : this.i64(lo, hi);
  }

  /** Block start + displacement, I64, not masked to the guest's width. */
  pc(displacement: number): Value {
    return this.block.push(Op.PC, Ty.I64, displacement, 0, 0, 0, this.pos);
  }

  // ---- operations ----------------------------------------------------------------------------------------------------

  protected binary(op: Op, x: Value, y: Value): Value {
    const b = this.block;
    const ty = this.type(x);
    let xc = b.op[x] === Op.CONST;
    let yc = b.op[y] === Op.CONST;
    if (xc && yc) {
      foldBinary(pair, op, ty, b.a[x]!, b.b[x]!, b.a[y]!, b.b[y]!);
      return this.konst(ty, pair.lo, pair.hi);
    }
    if (xc && commutative(op)) {
      const t = x;
      x = y;
      y = t;
      xc = false;
      yc = true;
    }
    if (op === Op.SUB && yc) {
      foldBinary(pair, Op.SUB, ty, 0, 0, b.a[y]!, b.b[y]!);
      y = this.konst(ty, pair.lo, pair.hi);
      op = Op.ADD;
    }
    if (yc) {
      const lo = b.a[y]!;
      const hi = ty === Ty.I32 ? lo >> 31 : b.b[y]!;
      const zero = lo === 0 && hi === 0;
      const ones = lo === -1 && hi === -1;
      switch (op) {
        case Op.ADD:
          if (zero) return x;
          if (b.op[x] === Op.ADD && b.op[b.b[x]!] === Op.CONST) {
            const k = b.b[x]!;
            foldBinary(pair, Op.ADD, ty, b.a[k]!, b.b[k]!, lo, hi);
            return this.binary(Op.ADD, b.a[x]!, this.konst(ty, pair.lo, pair.hi));
          }
          if (b.op[x] === Op.PC && hi === lo >> 31 && b.a[x]! + lo === ((b.a[x]! + lo) | 0))
            return this.pc(b.a[x]! + lo);
          break;
        case Op.OR:
          if (zero) return x;
          if (ones) return y;
          if (b.op[x] === Op.OR && b.op[b.b[x]!] === Op.CONST) {
            const k = b.b[x]!;
            const same = (lo & ~b.a[k]!) === 0 && (ty === Ty.I32 || (hi & ~b.b[k]!) === 0);
            if (same) return x;
            return this.binary(Op.OR, b.a[x]!, this.konst(ty, b.a[k]! | lo, b.b[k]! | hi));
          }
          break;
        case Op.XOR:
          if (zero) return x;
          break;
        case Op.AND: {
          if (zero) return y;
          const maskHi = ty === Ty.I32 ? 0 : hi;
          if ((b.maybeLo[x]! & ~lo) === 0 && (ty === Ty.I32 || (b.maybeHi[x]! & ~maskHi) === 0)) return x;
          if (b.op[x] === Op.AND && b.op[b.b[x]!] === Op.CONST) {
            const k = b.b[x]!;
            return this.binary(Op.AND, b.a[x]!, this.konst(ty, b.a[k]! & lo, b.b[k]! & maskHi));
          }
          break;
        }
        case Op.SHL:
        case Op.SHRU:
        case Op.SHRS:
        case Op.ROTL:
        case Op.ROTR:
          if ((lo & (ty === Ty.I32 ? 31 : 63)) === 0) return x;
          break;
        case Op.MUL:
          if (zero) return y;
          if (lo === 1 && (ty === Ty.I32 || hi === 0)) return x;
          break;
      }
    }
    if (x === y) {
      if (op === Op.AND || op === Op.OR) return x;
      if (op === Op.XOR || op === Op.SUB) return this.konst(ty, 0, 0);
    }
    const n = b.push(op, ty, x, y, 0, 0, this.pos);
    knowBinary(b, n, op, ty, x, y, yc);
    return n;
  }

  protected compare(op: Op, x: Value, y: Value): Value {
    const b = this.block;
    const ty = this.type(x);
    if (b.op[x] === Op.CONST && b.op[y] === Op.CONST) {
      return this.i32(foldCompare(op, ty, b.a[x]!, b.b[x]!, b.a[y]!, b.b[y]!));
    }
    if (x === y) return this.i32(op === Op.EQ || op === Op.LEU || op === Op.LES ? 1 : 0);
    if ((op === Op.NE || op === Op.EQ) && this.isZero(y) && ty === Ty.I32 && (b.maybeLo[x]! & ~1) === 0) {
      // A boolean compared with 0.
      if (op === Op.NE) return x;
    }
    const n = b.push(op, ty, x, y, 0, 0, this.pos);
    // Comparisons give I32 whatever they compare: the type array holds the result's type, `d` the operands'.
    b.ty[n] = Ty.I32;
    b.d[n] = ty;
    b.maybeLo[n] = 1;
    b.maybeHi[n] = 0;
    return n;
  }

  protected unary(op: Op, x: Value): Value {
    const b = this.block;
    const ty = this.type(x);
    if (b.op[x] === Op.CONST) {
      foldUnary(pair, op, ty, b.a[x]!, b.b[x]!);
      return this.konst(ty, pair.lo, pair.hi);
    }
    if (op === Op.EXT8S && (b.maybeLo[x]! & ~0x7f) === 0 && b.maybeHi[x] === 0) return x;
    if (op === Op.EXT16S && (b.maybeLo[x]! & ~0x7fff) === 0 && b.maybeHi[x] === 0) return x;
    if (op === Op.EXT32S && b.maybeLo[x]! >= 0 && b.maybeHi[x] === 0) return x;
    const n = b.push(op, ty, x, 0, 0, 0, this.pos);
    if (op === Op.CLZ || op === Op.CTZ || op === Op.POPCNT) {
      b.maybeLo[n] = 0x7f;
      b.maybeHi[n] = 0;
    }
    if (ty === Ty.I32) b.maybeHi[n] = 0;
    return n;
  }
}

function commutative(op: Op): boolean {
  return (
    op === Op.ADD ||
    op === Op.MUL ||
    op === Op.AND ||
    op === Op.OR ||
    op === Op.XOR ||
    op === Op.MULHU ||
    op === Op.MULHS
  );
}

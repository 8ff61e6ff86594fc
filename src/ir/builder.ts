// Builds an IrBlock node by node. Constant folding, algebraic identities, forwarding of slot stores to loads and the
// known-bits analysis happen while building (each is a look at the operands), so blocks need no second forward pass.

import { MEM_SIGNED, MEM_SIZE_MASK } from "../layout/access.js";
import type { IrBlock } from "./block.js";
import { foldBinary, foldCompare, foldUnary, type Pair } from "./fold.js";
import type { HelperDef } from "./helpers.js";
import { Op, Ty } from "./ops.js";

/** A value: the index of its node. */
export type Value = number;

const SLOTS = 0x1000 >> 2;
const pair: Pair = { lo: 0, hi: 0 };

export class IrBuilder {
  block!: IrBlock;
  /** Guest instruction being translated. */
  pos = 0;
  private readonly slotValue = new Int32Array(SLOTS);
  private readonly slotStamp = new Uint32Array(SLOTS);
  private stamp = 0;
  private displacement = 0;

  constructor(private readonly helpers: readonly HelperDef[]) {}

  begin(block: IrBlock): void {
    block.clear();
    this.block = block;
    this.pos = 0;
    this.forgetSlots();
  }

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

  v128(bytes: Uint8Array): Value {
    const k = this.block.vconsts.push(bytes) - 1;
    return this.block.push(Op.VCONST, Ty.V128, k, 0, 0, 0, this.pos);
  }

  vzero(): Value {
    return this.v128(new Uint8Array(16));
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

  isZero(v: Value): boolean {
    return this.isConst(v) && this.constLo(v) === 0 && this.constHi(v) === 0;
  }

  type(v: Value): Ty {
    return this.block.ty[v]!;
  }

  // ---- slots ----------------------------------------------------------------------------------------------------------

  ld(slot: number, ty: Ty): Value {
    const k = slot >> 2;
    if (this.slotStamp[k] === this.stamp) {
      const v = this.slotValue[k]!;
      if (this.type(v) === ty) return v;
    }
    const n = this.block.push(Op.LD, ty, slot, 0, 0, 0, this.pos);
    if (ty === Ty.I32) this.block.maybeHi[n] = 0;
    this.slotValue[k] = n;
    this.slotStamp[k] = this.stamp;
    return n;
  }

  st(slot: number, value: Value): void {
    const k = slot >> 2;
    if (this.slotStamp[k] === this.stamp && this.slotValue[k] === value) return;
    this.block.push(Op.ST, this.type(value), slot, value, 0, 0, this.pos);
    this.slotValue[k] = value;
    this.slotStamp[k] = this.stamp;
  }

  /** What a slot is known to hold, or -1. */
  known(slot: number): Value {
    const k = slot >> 2;
    return this.slotStamp[k] === this.stamp ? this.slotValue[k]! : -1;
  }

  /** Seeds the value of a slot at block entry (a region knows its predecessors). */
  assume(slot: number, value: Value): void {
    this.slotValue[slot >> 2] = value;
    this.slotStamp[slot >> 2] = this.stamp;
  }

  private forgetSlots(): void {
    this.stamp++;
    if (this.stamp === 0xffffffff) {
      this.slotStamp.fill(0);
      this.stamp = 1;
    }
  }

  private forgetRange(from: number, to: number): void {
    for (let k = from >> 2; k < Math.min((to + 3) >> 2, SLOTS); k++) this.slotStamp[k] = 0;
  }

  // ---- program counter ------------------------------------------------------------------------------------------------

  /** Block start + displacement, I64, not masked to the guest's width. */
  pc(displacement: number): Value {
    return this.block.push(Op.PC, Ty.I64, displacement, 0, 0, 0, this.pos);
  }

  // ---- arithmetic -----------------------------------------------------------------------------------------------------

  add(x: Value, y: Value): Value {
    return this.binary(Op.ADD, x, y);
  }
  sub(x: Value, y: Value): Value {
    return this.binary(Op.SUB, x, y);
  }
  mul(x: Value, y: Value): Value {
    return this.binary(Op.MUL, x, y);
  }
  and(x: Value, y: Value): Value {
    return this.binary(Op.AND, x, y);
  }
  or(x: Value, y: Value): Value {
    return this.binary(Op.OR, x, y);
  }
  xor(x: Value, y: Value): Value {
    return this.binary(Op.XOR, x, y);
  }
  shl(x: Value, y: Value): Value {
    return this.binary(Op.SHL, x, y);
  }
  shru(x: Value, y: Value): Value {
    return this.binary(Op.SHRU, x, y);
  }
  shrs(x: Value, y: Value): Value {
    return this.binary(Op.SHRS, x, y);
  }
  rotl(x: Value, y: Value): Value {
    return this.binary(Op.ROTL, x, y);
  }
  rotr(x: Value, y: Value): Value {
    return this.binary(Op.ROTR, x, y);
  }
  mulhu(x: Value, y: Value): Value {
    return this.binary(Op.MULHU, x, y);
  }
  mulhs(x: Value, y: Value): Value {
    return this.binary(Op.MULHS, x, y);
  }
  neg(x: Value): Value {
    return this.sub(this.konst(this.type(x), 0, 0), x);
  }
  not(x: Value): Value {
    return this.xor(x, this.konst(this.type(x), -1, -1));
  }

  eq(x: Value, y: Value): Value {
    return this.compare(Op.EQ, x, y);
  }
  ne(x: Value, y: Value): Value {
    return this.compare(Op.NE, x, y);
  }
  ltu(x: Value, y: Value): Value {
    return this.compare(Op.LTU, x, y);
  }
  lts(x: Value, y: Value): Value {
    return this.compare(Op.LTS, x, y);
  }
  leu(x: Value, y: Value): Value {
    return this.compare(Op.LEU, x, y);
  }
  les(x: Value, y: Value): Value {
    return this.compare(Op.LES, x, y);
  }

  clz(x: Value): Value {
    return this.unary(Op.CLZ, x);
  }
  ctz(x: Value): Value {
    return this.unary(Op.CTZ, x);
  }
  popcnt(x: Value): Value {
    return this.unary(Op.POPCNT, x);
  }
  bswap(x: Value): Value {
    return this.unary(Op.BSWAP, x);
  }

  /** Sign-extends the low `bits` (8, 16, 32) within the type. */
  sext(x: Value, bits: 8 | 16 | 32): Value {
    if (bits === 32 && this.type(x) === Ty.I32) return x;
    return this.unary(bits === 8 ? Op.EXT8S : bits === 16 ? Op.EXT16S : Op.EXT32S, x);
  }

  /** Zero-extends the low `bits` (8, 16, 32) within the type. */
  zext(x: Value, bits: 8 | 16 | 32): Value {
    if (bits === 32 && this.type(x) === Ty.I32) return x;
    return this.and(x, this.konst(this.type(x), bits === 32 ? -1 : (1 << bits) - 1, 0));
  }

  /** I64 to I32. */
  wrap(x: Value): Value {
    const b = this.block;
    const op = b.op[x];
    if (op === Op.CONST) return this.i32(b.a[x]!);
    if (op === Op.EXTU || op === Op.EXTS) return b.a[x]!;
    if (op === Op.AND && b.op[b.b[x]!] === Op.CONST && b.a[b.b[x]!] === -1) return this.wrap(b.a[x]!);
    const n = b.push(Op.WRAP, Ty.I32, x, 0, 0, 0, this.pos);
    b.maybeLo[n] = b.maybeLo[x]!;
    b.maybeHi[n] = 0;
    return n;
  }

  /** I32 to I64, zero-extended. */
  extu(x: Value): Value {
    const b = this.block;
    if (b.op[x] === Op.CONST) return this.i64(b.a[x]!, 0);
    if (b.op[x] === Op.WRAP) {
      const y = b.a[x]!;
      if (b.maybeHi[y] === 0) return y;
    }
    const n = b.push(Op.EXTU, Ty.I64, x, 0, 0, 0, this.pos);
    b.maybeLo[n] = b.maybeLo[x]!;
    b.maybeHi[n] = 0;
    return n;
  }

  /** I32 to I64, sign-extended. */
  exts(x: Value): Value {
    const b = this.block;
    if (b.op[x] === Op.CONST) return this.i64(b.a[x]!);
    if (b.maybeLo[x]! >= 0) return this.extu(x);
    const n = b.push(Op.EXTS, Ty.I64, x, 0, 0, 0, this.pos);
    b.maybeLo[n] = b.maybeLo[x]!;
    return n;
  }

  select(condition: Value, ifTrue: Value, ifFalse: Value): Value {
    if (ifTrue === ifFalse) return ifTrue;
    if (this.isConst(condition)) return this.constLo(condition) !== 0 ? ifTrue : ifFalse;
    const b = this.block;
    const n = b.push(Op.SELECT, this.type(ifTrue), ifTrue, ifFalse, condition, 0, this.pos);
    b.maybeLo[n] = b.maybeLo[ifTrue]! | b.maybeLo[ifFalse]!;
    b.maybeHi[n] = b.maybeHi[ifTrue]! | b.maybeHi[ifFalse]!;
    return n;
  }

  // ---- memory -----------------------------------------------------------------------------------------------------------

  /** `word`: MEM_* of layout.ts. Result type I32 (sizes 0-2), I64 (0-3) or V128 (4). */
  load(ty: Ty, address: Value, word: number): Value {
    const base = this.splitAddress(address);
    const disp = this.displacement;
    const b = this.block;
    const n = b.push(Op.LOAD, ty, base, 0, word, disp, this.pos);
    if (!(word & MEM_SIGNED)) {
      const size = word & MEM_SIZE_MASK;
      if (size < 2) b.maybeLo[n] = size === 0 ? 0xff : 0xffff;
      if (size < 3) b.maybeHi[n] = 0;
    }
    if (ty === Ty.I32) b.maybeHi[n] = 0;
    return n;
  }

  store(address: Value, value: Value, word: number): void {
    const base = this.splitAddress(address);
    const disp = this.displacement;
    this.block.push(Op.STORE, this.type(value), base, value, word, disp, this.pos);
  }

  /** One access that no other CPU comes between; `word`: MEM_* and ATOMIC_* of layout.ts, all values I64. `expected` for ATOMIC_CAS. */
  atomic(address: Value, word: number, value: Value = -1, expected: Value = -1): Value {
    const b = this.block;
    const n = b.push(Op.ATOMIC, Ty.I64, address, value, word, expected, this.pos);
    const size = word & MEM_SIZE_MASK;
    if (size < 2) b.maybeLo[n] = size === 0 ? 0xff : 0xffff;
    if (size < 3) b.maybeHi[n] = 0;
    return n;
  }

  fence(): void {
    this.block.push(Op.FENCE, Ty.VOID, 0, 0, 0, 0, this.pos);
  }

  /** Takes constant additions off an address while the sum fits `displacement`, where it is then. */
  private splitAddress(address: Value): Value {
    const b = this.block;
    let base = address;
    let disp = 0;
    while (b.op[base] === Op.ADD) {
      const y = b.b[base]!;
      if (b.op[y] !== Op.CONST) break;
      const lo = b.a[y]!;
      if (b.b[y] !== lo >> 31 || disp + lo !== ((disp + lo) | 0)) break;
      disp += lo;
      base = b.a[base]!;
    }
    this.displacement = disp;
    return base;
  }

  // ---- helpers, SIMD ------------------------------------------------------------------------------------------------------

  /** Calls helper number `id`; the result's type follows its shape. */
  call(id: number, x: Value = -1, y: Value = -1, z: Value = -1): Value {
    const def = this.helpers[id]!;
    const n = this.block.push(Op.CALL, def.shape === "vec" ? Ty.V128 : Ty.I64, id, x, y, z, this.pos);
    if (def.writes === "all") this.forgetSlots();
    else for (const [from, to] of def.writes) this.forgetRange(from, to);
    return n;
  }

  /** An operation named by its WebAssembly opcode (wasm-ops.ts). */
  w(ty: Ty, opcode: number, x: Value = -1, y: Value = -1, d = 0): Value {
    return this.block.push(Op.W, ty, opcode, x, y, d, this.pos);
  }

  shuffle(x: Value, y: Value, lanes: Uint8Array): Value {
    const k = this.block.vconsts.push(lanes) - 1;
    return this.block.push(Op.SHUFFLE, Ty.V128, k, x, y, 0, this.pos);
  }

  // ---- terminators ----------------------------------------------------------------------------------------------------------

  goto(displacement: number, hint = 0, returnDisplacement = 0): void {
    this.block.push(Op.GOTO, Ty.VOID, displacement, hint, returnDisplacement, 0, this.pos);
  }

  branch(condition: Value, ifTrue: number, ifFalse: number): void {
    if (this.isConst(condition)) this.goto(this.constLo(condition) !== 0 ? ifTrue : ifFalse);
    else this.block.push(Op.BRANCH, Ty.VOID, condition, ifTrue, ifFalse, 0, this.pos);
  }

  jump(pc: Value, hint = 0, returnDisplacement = 0): void {
    this.block.push(Op.JUMP, Ty.VOID, pc, hint, returnDisplacement, 0, this.pos);
  }

  exit(): void {
    this.block.push(Op.EXIT, Ty.VOID, 0, 0, 0, 0, this.pos);
  }

  // ---- folding ----------------------------------------------------------------------------------------------------------------

  private konst(ty: Ty, lo: number, hi: number): Value {
    return ty === Ty.I32 ? this.i32(lo) : this.i64(lo, hi);
  }

  private binary(op: Op, x: Value, y: Value): Value {
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
    this.binaryBits(n, op, ty, x, y, yc);
    return n;
  }

  /** Known bits of node n = op(x, y). */
  private binaryBits(n: number, op: Op, ty: Ty, x: Value, y: Value, yConst: boolean): void {
    const b = this.block;
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

  private compare(op: Op, x: Value, y: Value): Value {
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

  private unary(op: Op, x: Value): Value {
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

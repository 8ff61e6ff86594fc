// Builds an IrBlock node by node.: the operations by name (what they simplify to is in nodes.ts), slots with forwarding of stores
// to loads, memory, helpers, and what ends a block.

import { MEM_SIGNED, MEM_SIZE_MASK } from "../layout/access.js";
import type { IrBlock } from "./block.js";
import type { HelperDef } from "./helpers.js";
import { Nodes, type Value } from "./nodes.js";
import { Op, Ty } from "./ops.js";
import { SlotValues } from "./slot-values.js";

export type { Value };

export class IrBuilder extends Nodes {
  private readonly slots = new SlotValues();
  private displacement = 0;

  constructor(private readonly helpers: readonly HelperDef[]) {
    super();
  }

  begin(block: IrBlock): void {
    block.clear();
    this.block = block;
    this.pos = 0;
    this.slots.forgetAll();
  }

  // ---- slots ----------------------------------------------------------------------------------------------------------

  ld(slot: number, ty: Ty): Value {
    const known = this.slots.get(slot);
    if (known !== -1 && this.type(known) === ty) return known;
    const n = this.block.push(Op.LD, ty, slot, 0, 0, 0, this.pos);
    if (ty === Ty.I32) this.block.maybeHi[n] = 0;
    this.slots.set(slot, n);
    return n;
  }

  st(slot: number, value: Value): void {
    if (this.slots.get(slot) === value) return;
    this.block.push(Op.ST, this.type(value), slot, value, 0, 0, this.pos);
    this.slots.set(slot, value);
  }

  /** What a slot is known to hold, or -1. */
  known(slot: number): Value {
    return this.slots.get(slot);
  }

  /** Seeds the value of a slot at block entry (a region knows its predecessors). */
  assume(slot: number, value: Value): void {
    this.slots.set(slot, value);
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
    if (def.writes === "all") this.slots.forgetAll();
    else for (const [from, to] of def.writes) this.slots.forget(from, to);
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

  v128(bytes: Uint8Array): Value {
    const k = this.block.vconsts.push(bytes) - 1;
    return this.block.push(Op.VCONST, Ty.V128, k, 0, 0, 0, this.pos);
  }

  vzero(): Value {
    return this.v128(new Uint8Array(16));
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

  /** `displacement`: where that is, if it is known. */
  exit(displacement?: number): void {
    const [a, b] = displacement === undefined ? [0, 0] : [displacement, 1];
    this.block.push(Op.EXIT, Ty.VOID, a, b, 0, 0, this.pos);
  }
}

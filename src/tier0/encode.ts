// IR of one block to micro-ops (uops.ts), written straight into linear memory. One pass decides where each value lives: in
// the guest slot it was loaded from while that slot is not overwritten, in the guest slot it will be stored to when nothing
// can observe the early store, or in a temporary. A sum that is only stored after an access to memory (a stack pointer) is
// computed where it is stored. Neighbours that go together are fused as they are written (fuse.ts).

import type { IrBlock } from "../ir/block.js";
import type { HelperDef } from "../ir/helpers.js";
import { operandsOf } from "../ir/operands.js";
import { Op, Ty } from "../ir/ops.js";
import { deadCode } from "../ir/passes/dce.js";
import { MEM_ALIGN, MEM_RMW, MEM_SIGNED, MEM_SIZE_MASK, S_TEMPS, TEMP_COUNT } from "../layout.js";
import { fuse } from "./fuse.js";
import * as U from "./uops.js";

/** The first temporary always holds zeros. */
const ZERO = S_TEMPS;
const SLOT_WORDS = 0x1000 >> 2;
const NEVER = 0x7fffffff;

export class BlockTooLarge extends Error {}

export class Tier0Encoder {
  private live = new Uint8Array(512);
  private lastUse = new Int32Array(512);
  private uses = new Int32Array(512);
  private firstUse = new Int32Array(512);
  /** Store a value is computed at instead of in its own place, or -1. */
  private sunk = new Int32Array(512);
  private loc = new Int32Array(512);
  /** 1: the location holds the value zero-extended to 64 bits. */
  private zx = new Uint8Array(512);
  /** 1: a temporary to free after the last use. */
  private ownsTemp = new Uint8Array(512);
  private readonly free: number[] = [];
  private nextTemp = 1;
  private readonly args = new Int32Array(4);
  private readonly nextWrite = new Int32Array(SLOT_WORDS);
  /** Per LD: index of the next node that overwrites its slot; per ST: the same after it. */
  private slotEnd = new Int32Array(512);
  /** Per slot: last node so far that reads it through an alias. */
  private readonly aliasUse = new Int32Array(SLOT_WORDS);

  private block!: IrBlock;
  private mem!: Int32Array;
  private at = 0;
  /** Index of the micro-op before, -1 when there is none or it is data. */
  private last = -1;
  private pageOffset = 0;
  private linkable = false;

  constructor(private readonly helpers: readonly HelperDef[]) {}

  /** Writes the code of `block` at byte address `address` of `memory` and returns its size in bytes. `pageOffset` is the offset of
   *  the block's first byte in its page; `linkable`: successors on the same page may be linked. */
  encode(block: IrBlock, memory: Int32Array, address: number, pageOffset: number, linkable: boolean): number {
    this.block = block;
    this.mem = memory;
    this.at = address >> 2;
    this.last = -1;
    this.pageOffset = pageOffset;
    this.linkable = linkable;
    const n = block.count;
    if (this.loc.length < n) this.growTo(n);
    deadCode(block, this.live, this.helpers);
    this.findUses(n);
    this.findSlotEnds(n);
    this.free.length = 0;
    this.nextTemp = 1;
    this.aliasUse.fill(-1);
    this.loc.fill(-1, 0, n);
    this.ownsTemp.fill(0, 0, n);
    this.zx.fill(0, 0, n);
    this.sinkSums(n);
    this.aliasLoads(n);
    this.targetStores(n);
    for (let i = 0; i < n; i++) {
      if (this.live[i] === 0 || this.sunk[i] !== -1) continue;
      // A comparison that the branch does itself: its operands stay where they are until then.
      const o = block.op[i]!;
      if (o >= Op.EQ && o <= Op.LES && this.fuses(i)) continue;
      this.node(i);
      this.release(i);
    }
    return (this.at << 2) - address;
  }

  private growTo(n: number): void {
    let size = this.loc.length;
    while (size < n) size *= 2;
    this.live = new Uint8Array(size);
    this.lastUse = new Int32Array(size);
    this.uses = new Int32Array(size);
    this.firstUse = new Int32Array(size);
    this.sunk = new Int32Array(size);
    this.loc = new Int32Array(size);
    this.zx = new Uint8Array(size);
    this.ownsTemp = new Uint8Array(size);
    this.slotEnd = new Int32Array(size);
  }

  private findUses(n: number): void {
    this.lastUse.fill(-1, 0, n);
    this.uses.fill(0, 0, n);
    this.sunk.fill(-1, 0, n);
    for (let i = 0; i < n; i++) {
      if (this.live[i] === 0) continue;
      const k = operandsOf(this.block, i, this.args);
      for (let j = 0; j < k; j++) {
        const v = this.args[j]!;
        this.lastUse[v] = i;
        if (this.uses[v]!++ === 0) this.firstUse[v] = i;
      }
    }
    // A value that is only another one's location lives as long as that one (WRAP, EXTU of a zero-extended value).
    for (let i = n - 1; i >= 0; i--) {
      if (this.live[i] === 0) continue;
      const op = this.block.op[i]!;
      if (op === Op.WRAP || op === Op.EXTU) {
        const v = this.block.a[i]!;
        if (this.lastUse[v]! < this.lastUse[i]!) this.lastUse[v] = this.lastUse[i]!;
      }
    }
  }

  private findSlotEnds(n: number): void {
    const { op, a } = this.block;
    this.nextWrite.fill(NEVER);
    for (let i = n - 1; i >= 0; i--) {
      if (this.live[i] === 0) continue;
      const o = op[i]!;
      if (o === Op.LD) this.slotEnd[i] = this.nextWrite[a[i]! >> 2]!;
      else if (o === Op.ST) {
        this.slotEnd[i] = this.nextWrite[a[i]! >> 2]!;
        this.nextWrite[a[i]! >> 2] = i;
      } else if (o === Op.CALL) {
        const writes = this.helpers[a[i]!]!.writes;
        if (writes === "all") this.nextWrite.fill(i);
        else for (const [from, to] of writes) this.nextWrite.fill(i, from >> 2, Math.min((to + 3) >> 2, SLOT_WORDS));
      }
    }
  }

  /** Moves sums of slots and constants to the store that is their first use when something between may fault: there they can be
   *  computed into the slot. */
  private sinkSums(n: number): void {
    const { op, ty, a, b } = this.block;
    let barrier = -1;
    for (let j = 0; j < n; j++) {
      if (this.live[j] === 0) continue;
      const o = op[j]!;
      if (o === Op.LOAD || o === Op.STORE || o === Op.CALL) barrier = j;
      if (o !== Op.ST || ty[j] !== Ty.I64) continue;
      const v = b[j]!;
      if (
        v > barrier ||
        op[v]! < Op.ADD ||
        op[v]! > Op.XOR ||
        this.firstUse[v] !== j ||
        this.lastUse[v]! > this.slotEnd[j]!
      )
        continue;
      if (!this.lasts(a[v]!, j) || !(op[b[v]!] === Op.CONST || this.lasts(b[v]!, j))) continue;
      this.sunk[v] = j;
      this.loc[v] = a[j]!;
      const k = a[j]! >> 2;
      if (this.lastUse[v]! > this.aliasUse[k]!) this.aliasUse[k] = this.lastUse[v]!;
      if (this.lastUse[a[v]!]! < j) this.lastUse[a[v]!] = j;
      if (this.lastUse[b[v]!]! < j) this.lastUse[b[v]!] = j;
    }
  }

  /** The value is a slot's, which still holds it at node j. */
  private lasts(v: number, j: number): boolean {
    return this.block.op[v] === Op.LD && this.block.ty[v] === Ty.I64 && this.slotEnd[v]! >= j;
  }

  private aliasLoads(n: number): void {
    const { op, a } = this.block;
    for (let i = 0; i < n; i++) {
      if (this.live[i] === 0 || op[i] !== Op.LD) continue;
      if (this.lastUse[i]! <= this.slotEnd[i]!) {
        this.loc[i] = a[i]!;
        const k = a[i]! >> 2;
        if (this.lastUse[i]! > this.aliasUse[k]!) this.aliasUse[k] = this.lastUse[i]!;
      }
    }
  }

  /** Lets a value be computed right in the I64 or V128 slot it is stored to. */
  private targetStores(n: number): void {
    const { op, ty, a, b } = this.block;
    for (let j = 0; j < n; j++) {
      if (this.live[j] === 0 || op[j] !== Op.ST) continue;
      const v = b[j]!;
      const t = ty[j]!;
      if (t !== Ty.I64 && t !== Ty.V128) continue;
      // A zero-extension of a 32-bit result costs nothing: target what it extends.
      let source = v;
      if (op[v] === Op.EXTU && this.zeroExtends(this.block.a[v]!)) source = this.block.a[v]!;
      if (source !== v && this.loc[source] !== -1) source = v;
      if (this.loc[v] !== -1 || this.loc[source] !== -1 || !this.computes(source)) continue;
      const slot = a[j]!;
      // Later uses of the value must come before the slot is overwritten.
      const end = this.slotEnd[j]!;
      if (this.lastUse[v]! > end || this.lastUse[source]! > end) continue;
      if (this.aliasUse[slot >> 2]! > source) continue;
      if (!this.unobserved(source, j, slot)) continue;
      this.loc[source] = slot;
      if (source !== v) this.loc[v] = slot;
      // From here on the slot holds this value: the next store to it must not come early over its uses.
      const last = Math.max(this.lastUse[v]!, this.lastUse[source]!);
      if (last > this.aliasUse[slot >> 2]!) this.aliasUse[slot >> 2] = last;
    }
  }

  /** A 32-bit result that micro-ops store zero-extended. */
  private zeroExtends(v: number): boolean {
    const o = this.block.op[v]!;
    if (this.block.ty[v] !== Ty.I32) return false;
    if (o >= Op.ADD && o <= Op.LES) return true;
    if (o === Op.CLZ || o === Op.CTZ || o === Op.POPCNT || o === Op.BSWAP || o === Op.SELECT) return true;
    return o === Op.W || (o === Op.LOAD && (this.block.c[v]! & MEM_SIGNED) === 0);
  }

  private computes(v: number): boolean {
    const o = this.block.op[v]!;
    if (o === Op.EXTU) return !this.zeroExtends(this.block.a[v]!);
    return o === Op.PC || o === Op.VCONST || (o >= Op.ADD && o !== Op.WRAP && o !== Op.STORE && o < Op.GOTO);
  }

  /** Nothing in (from, to) can fault, leave or use the slot. */
  private unobserved(from: number, to: number, slot: number): boolean {
    const { op, a } = this.block;
    for (let k = from + 1; k < to; k++) {
      if (this.live[k] === 0) continue;
      const o = op[k]!;
      if (o === Op.LOAD || o === Op.STORE) return false;
      if (o === Op.CALL && !this.helpers[a[k]!]!.pure) return false;
      if ((o === Op.LD || o === Op.ST) && a[k] === slot) return false;
    }
    return true;
  }

  // ---- locations --------------------------------------------------------------------------------------------------------

  private temp(): number {
    const t = this.free.pop();
    if (t !== undefined) return t;
    if (this.nextTemp === TEMP_COUNT) throw new BlockTooLarge("a block needs too many temporaries");
    return S_TEMPS + 16 * this.nextTemp++;
  }

  private define(v: number): number {
    if (this.loc[v] === -1) {
      this.loc[v] = this.temp();
      this.ownsTemp[v] = 1;
    }
    return this.loc[v]!;
  }

  /** Where a value is; a constant is materialised on its first use. */
  private use(v: number): number {
    const at = this.loc[v]!;
    if (at !== -1) return at;
    const b = this.block;
    if (b.op[v] === Op.CONST) {
      const lo = b.a[v]!;
      const hi = b.ty[v] === Ty.I64 || b.ty[v] === Ty.F64 ? b.b[v]! : 0;
      this.zx[v] = 1;
      if (lo === 0 && hi === 0) {
        this.loc[v] = ZERO;
        return ZERO;
      }
      const d = this.define(v);
      this.emit(U.U_CONST, d, 0, 0, lo, hi);
      return d;
    }
    throw new Error(`tier 0: value ${v} (operation ${b.op[v]}) is used before it is defined`);
  }

  /** The value zero-extended to 64 bits (helper arguments). */
  private use64(v: number): number {
    if (v < 0) return ZERO;
    const at = this.use(v);
    if (this.block.ty[v] !== Ty.I32 || this.zx[v] === 1) return at;
    const t = this.temp();
    this.emit(U.U_EXT32U, t, at, 0, 0, 0);
    this.free.push(t);
    return t;
  }

  /** Frees the temporaries whose last use was node i. */
  private release(i: number): void {
    this.releaseOperands(i, i);
    if (this.lastUse[i]! < 0) this.releaseValue(i, -1);
  }

  /** Frees those of the operands of node `of` whose last use was node i. */
  private releaseOperands(of: number, i: number): void {
    const k = operandsOf(this.block, of, this.args);
    for (let j = 0; j < k; j++) this.releaseValue(this.args[j]!, i);
  }

  private releaseValue(v: number, i: number): void {
    if (this.lastUse[v]! > i && i >= 0) return;
    if (this.ownsTemp[v] === 1) {
      this.ownsTemp[v] = 0;
      this.free.push(this.loc[v]!);
    }
    // What this value is an alias of may end here too.
    const o = this.block.op[v]!;
    if ((o === Op.WRAP || o === Op.EXTU) && i >= 0) this.releaseValue(this.block.a[v]!, i);
  }

  private emit(op: number, d: number, a: number, b: number, x0: number, x1: number): void {
    const m = this.mem;
    const p = this.at;
    m[p] = op | (d << 16);
    m[p + 1] = a | (b << 16);
    m[p + 2] = x0;
    m[p + 3] = x1;
    if (this.last >= 0 && fuse(m, this.last, p)) return;
    this.last = p;
    this.at = p + 4;
  }

  private data(bytes: Uint8Array): void {
    this.last = -1;
    for (let k = 0; k < 4; k++) {
      this.mem[this.at++] =
        bytes[4 * k]! | (bytes[4 * k + 1]! << 8) | (bytes[4 * k + 2]! << 16) | (bytes[4 * k + 3]! << 24);
    }
  }

  /** x1 of operations that may fault. */
  private place(i: number): number {
    const pos = this.block.pos[i]!;
    return this.block.insnOffset[pos]! | (pos << 16);
  }

  // ---- nodes --------------------------------------------------------------------------------------------------------------

  private node(i: number): void {
    const b = this.block;
    const op: Op = b.op[i]!;
    switch (op) {
      case Op.NOP:
      case Op.CONST:
        return;
      case Op.VCONST:
        this.emit(U.U_VCONST, this.define(i), 0, 0, 0, 0);
        this.data(b.vconsts[b.a[i]!]!);
        return;
      case Op.LD: {
        const slot = b.a[i]!;
        if (this.loc[i] === slot) return;
        this.move(this.define(i), slot, b.ty[i]!);
        // A copy into a temporary reads 32-bit slots through EXT32U.
        this.zx[i] = b.ty[i] === Ty.I32 ? 1 : 0;
        return;
      }
      case Op.ST:
        this.store(i);
        return;
      case Op.PC:
        this.emit(U.U_PC, this.define(i), 0, 0, b.a[i]!, 0);
        return;
      case Op.CLZ:
      case Op.CTZ:
      case Op.POPCNT:
      case Op.BSWAP: {
        const base =
          op === Op.CLZ ? U.U_CLZ32 : op === Op.CTZ ? U.U_CTZ32 : op === Op.POPCNT ? U.U_POPCNT32 : U.U_BSWAP32;
        this.unary(i, base + (b.ty[i] === Ty.I64 ? 1 : 0), b.ty[i] === Ty.I32);
        return;
      }
      case Op.EXT8S:
        this.unary(i, U.U_EXT8S, false);
        return;
      case Op.EXT16S:
        this.unary(i, U.U_EXT16S, false);
        return;
      case Op.EXT32S:
      case Op.EXTS:
        this.unary(i, U.U_EXT32S, false);
        return;
      case Op.WRAP:
        this.alias(i, b.a[i]!);
        return;
      case Op.EXTU: {
        const source = b.a[i]!;
        const at = this.use(source);
        if (this.zx[source] === 1 && (this.loc[i] === -1 || this.loc[i] === at)) this.alias(i, source);
        else this.emit(U.U_EXT32U, this.define(i), at, 0, 0, 0);
        return;
      }
      case Op.SELECT: {
        const c = this.use(b.c[i]!);
        const x = this.use(b.a[i]!);
        const y = this.use(b.b[i]!);
        const ty = b.ty[i]!;
        const code = ty === Ty.I32 || ty === Ty.F32 ? U.U_SELECT32 : ty === Ty.V128 ? U.U_SELECT128 : U.U_SELECT64;
        this.emit(code, this.define(i), x, y, c, 0);
        if (ty === Ty.I32) this.zx[i] = 1;
        return;
      }
      case Op.LOAD:
        this.load(i);
        return;
      case Op.STORE:
        this.memoryStore(i);
        return;
      case Op.CALL:
        this.call(i);
        return;
      case Op.W: {
        const x = b.b[i]! >= 0 ? this.use(b.b[i]!) : ZERO;
        const y = b.c[i]! >= 0 ? this.use(b.c[i]!) : ZERO;
        const z = b.a[i] === 0x1052 ? this.use(b.d[i]!) : b.d[i]!;
        this.emit(U.U_W, this.define(i), x, y, b.a[i]!, z);
        if (b.ty[i] === Ty.I32) this.zx[i] = 1;
        return;
      }
      case Op.SHUFFLE: {
        const x = this.use(b.b[i]!);
        const y = this.use(b.c[i]!);
        this.emit(U.U_SHUFFLE, this.define(i), x, y, 0, 0);
        this.data(b.vconsts[b.a[i]!]!);
        return;
      }
      case Op.GOTO:
        this.emit(U.U_GOTO, 0, 0, 0, b.a[i]!, this.flags(b.a[i]!, U.UF_LINK));
        return;
      case Op.BRANCH:
        this.branch(i);
        return;
      case Op.JUMP:
        this.emit(U.U_JUMP, 0, this.use(b.a[i]!), 0, 0, 0);
        return;
      case Op.EXIT:
        this.emit(U.U_EXIT, 0, 0, 0, 0, 0);
        return;
      default:
        this.binary(i, op);
    }
  }

  private alias(i: number, source: number): void {
    const at = this.use(source);
    if (this.loc[i] === -1) this.loc[i] = at;
    // WRAP of a value whose upper half may be set is not zero-extended.
    this.zx[i] = this.block.op[i] === Op.WRAP ? (this.block.maybeHi[source] === 0 ? 1 : 0) : this.zx[source]!;
  }

  private unary(i: number, code: number, zx: boolean): void {
    const x = this.use(this.block.a[i]!);
    this.emit(code, this.define(i), x, 0, 0, 0);
    this.zx[i] = zx ? 1 : 0;
  }

  private move(to: number, from: number, ty: Ty): void {
    if (ty === Ty.V128) this.emit(U.U_MOV128, to, from, 0, 0, 0);
    else if (ty === Ty.I32 || ty === Ty.F32) this.emit(U.U_EXT32U, to, from, 0, 0, 0);
    else this.emit(U.U_MOV64, to, from, 0, 0, 0);
  }

  private store(i: number): void {
    const b = this.block;
    const slot = b.a[i]!;
    const v = b.b[i]!;
    const ty = b.ty[i]!;
    if (this.sunk[v] === i) {
      this.node(v);
      this.releaseOperands(v, i);
    }
    if (this.loc[v] === slot) return;
    if (b.op[v] === Op.CONST && this.loc[v] === -1) {
      const wide = ty === Ty.I64 || ty === Ty.F64;
      this.emit(wide ? U.U_CONST : U.U_CONST32, slot, 0, 0, b.a[v]!, wide ? b.b[v]! : 0);
      return;
    }
    const at = this.use(v);
    this.emit(ty === Ty.V128 ? U.U_MOV128 : ty === Ty.I32 || ty === Ty.F32 ? U.U_MOV32 : U.U_MOV64, slot, at, 0, 0, 0);
  }

  private binary(i: number, op: Op): void {
    const b = this.block;
    const compare = op >= Op.EQ && op <= Op.LES;
    const ty = compare ? b.d[i]! : b.ty[i]!;
    const wide = ty === Ty.I64 ? 2 : 0;
    const code = U.U_BINARY + 4 * (op - Op.ADD) + wide;
    const y = b.b[i]!;
    const x = this.use(b.a[i]!);
    if (b.op[y] === Op.CONST) this.emit(code + 1, this.define(i), x, 0, b.a[y]!, wide ? b.b[y]! : 0);
    else {
      const at = this.use(y);
      this.emit(code, this.define(i), x, at, 0, 0);
    }
    this.zx[i] = b.ty[i] === Ty.I32 ? 1 : 0;
  }

  private fuses(i: number): boolean {
    const last = this.block.count - 1;
    if (!(this.block.op[last] === Op.BRANCH && this.block.a[last] === i && this.uses[i] === 1)) return false;
    // The operands must still be where they are at the end: nothing but the branch follows.
    for (let k = i + 1; k < last; k++) if (this.live[k] === 1) return false;
    return true;
  }

  private branch(i: number): void {
    const b = this.block;
    const c = b.a[i]!;
    const taken = b.b[i]!;
    const not = b.c[i]!;
    const flags = this.flags(taken, U.UF_LINK) | this.flags(not, U.UF_LINK1);
    const op = b.op[c]!;
    if (op >= Op.EQ && op <= Op.LES && this.live[c] === 1 && this.fuses(c)) {
      const x = this.use(b.a[c]!);
      const y = this.use(b.b[c]!);
      this.emit(U.U_BR + 2 * (op - Op.EQ) + (b.d[c] === Ty.I64 ? 1 : 0), flags, x, y, taken, not);
      return;
    }
    this.emit(U.U_BRANCH, flags, this.use(c), 0, taken, not);
  }

  private flags(displacement: number, link: number): number {
    const target = this.pageOffset + displacement;
    return this.block.pcWidth | (this.linkable && target >= 0 && target < 4096 ? link : 0);
  }

  private load(i: number): void {
    const b = this.block;
    const word = b.c[i]!;
    const size = word & MEM_SIZE_MASK;
    const address = this.use(b.a[i]!);
    const d = this.define(i);
    const place = this.place(i);
    if (size === 4) {
      this.emit(word & MEM_ALIGN ? U.U_LD128A : U.U_LD128, d, address, 0, b.d[i]!, place);
      return;
    }
    this.zx[i] = word & MEM_SIGNED ? 0 : 1;
    if (word & MEM_ALIGN || (word & MEM_RMW && word & MEM_SIGNED))
      this.emit(U.U_LDSLOW, d, address, word, b.d[i]!, place);
    else if (word & MEM_RMW) this.emit(U.U_LDW8 + size, d, address, 0, b.d[i]!, place);
    else if (size === 3) this.emit(U.U_LD64, d, address, 0, b.d[i]!, place);
    else this.emit(U.U_LD8U + 2 * size + (word & MEM_SIGNED ? 1 : 0), d, address, 0, b.d[i]!, place);
  }

  private memoryStore(i: number): void {
    const b = this.block;
    const word = b.c[i]!;
    const size = word & MEM_SIZE_MASK;
    const address = this.use(b.a[i]!);
    const value = this.use(b.b[i]!);
    const place = this.place(i);
    if (size === 4) this.emit(word & MEM_ALIGN ? U.U_ST128A : U.U_ST128, 0, address, value, b.d[i]!, place);
    else if (word & MEM_ALIGN) this.emit(U.U_STSLOW, word, address, value, b.d[i]!, place);
    else this.emit(U.U_ST8 + size, 0, address, value, b.d[i]!, place);
  }

  private call(i: number): void {
    const b = this.block;
    const id = b.a[i]!;
    const def = this.helpers[id]!;
    let x: number;
    let y: number;
    let z: number;
    if (def.shape === "int") {
      x = this.use64(b.b[i]!);
      // use64 may hand out the same scratch twice: hold the first while the next are made.
      const held: number[] = [];
      if (x !== ZERO && this.free[this.free.length - 1] === x) held.push(this.free.pop()!);
      y = this.use64(b.c[i]!);
      if (y !== ZERO && this.free[this.free.length - 1] === y) held.push(this.free.pop()!);
      z = this.use64(b.d[i]!);
      this.free.push(...held);
    } else {
      x = b.b[i]! >= 0 ? this.use(b.b[i]!) : ZERO;
      y = b.c[i]! >= 0 ? this.use(b.c[i]!) : ZERO;
      z = this.use64(b.d[i]!);
    }
    const code =
      def.shape === "vec" ? U.U_CALLV : def.shape === "vecint" ? U.U_CALLVI : def.pure ? U.U_CALLP : U.U_CALL;
    this.emit(code, this.define(i), x, y, z | (id << 16), this.place(i));
  }
}

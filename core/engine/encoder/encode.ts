// IR of one block (src/tier0/layout.ts says where it is) to micro-ops (src/tier0/uops.ts). First it is decided where values live
// (place.ts): guest slots or temporaries. Then the nodes are written one after the other; neighbours that go together are fused
// as they are written (fuse.ts), or paired in the end (pair.ts).

import { Op, Ty } from "../../../src/ir/ops";
import { WOp } from "../../../src/ir/wasm-ops";
import { MEM_ALIGN, MEM_RMW, MEM_SIGNED, MEM_SIZE_MASK } from "../../../src/layout/access";
import { S_TEMPS, TEMP_COUNT } from "../../../src/layout/vcpu";
import { HF_PURE, HF_VEC, HF_VECINT, TOO_MANY_TEMPORARIES } from "../../../src/tier0/layout";
import {
  UF_LINK,
  UF_LINK1,
  U_ADD32,
  U_ATOMIC,
  U_BRANCH,
  U_BR_EQ32,
  U_BSWAP32,
  U_CALL,
  U_CALLP,
  U_CALLV,
  U_CALLVI,
  U_CLZ32,
  U_CONST,
  U_CONST32,
  U_CTZ32,
  U_EXIT,
  U_EXT16S,
  U_EXT32S,
  U_EXT32U,
  U_EXT8S,
  U_FENCE,
  U_GOTO,
  U_JUMP,
  U_LD128,
  U_LD128A,
  U_LD64,
  U_LD8U,
  U_LDSLOW,
  U_LDW8,
  U_MOV128,
  U_MOV32,
  U_MOV64,
  U_PC,
  U_POPCNT32,
  U_SELECT128,
  U_SELECT32,
  U_SELECT64,
  U_SHUFFLE,
  U_ST128,
  U_ST128A,
  U_ST8,
  U_STSLOW,
  U_VCONST,
  U_W,
} from "../../../src/tier0/uops";
import { fuse } from "./fuse";
import { operand, operandsOf } from "./operands";
import { pairUp } from "./pair";
import { place } from "./place";
import {
  a,
  b,
  beginState,
  c,
  d,
  endState,
  freeTemp,
  helperTraits,
  insnOffset,
  lastUse,
  live,
  loc,
  maybeHi,
  NEVER,
  op,
  ownsTemp,
  position,
  setFreeTemp,
  setLoc,
  setOwnsTemp,
  setZx,
  slotEnd,
  sunk,
  ty,
  uses,
  vconst,
  zx,
} from "./state";

/** The first temporary always holds zeros. */
const ZERO: i32 = S_TEMPS;

let count: i32 = 0;
let at: usize = 0;
/** The micro-op before, 0 when there is none or it is data. */
let last: usize = 0;
let pageOffset: i32 = 0;
let pcWidth: i32 = 0;
let linkable: bool = false;
let freeCount: i32 = 0;
let nextTemp: i32 = 1;
let tooMany: bool = false;
/** The node that has stored a constant for good, -1: none. */
let keeper: i32 = -1;

/** Writes the code of the block of `nodes` nodes in the encoder's area `from` (src/tier0/layout.ts) at `address` and returns its size in bytes, or TOO_MANY_TEMPORARIES. `offset`
 *  is the offset of the block's first byte in its page; `links`: successors on the same page may be linked. */
export function tier0_encode(from: i32, nodes: i32, address: usize, offset: i32, width: i32, links: i32): i32 {
  count = nodes;
  at = address;
  last = 0;
  pageOffset = offset;
  pcWidth = width;
  linkable = links !== 0;
  freeCount = 0;
  nextTemp = 1;
  tooMany = false;
  keeper = -1;
  beginState(from, nodes);
  place(nodes);
  for (let i = 0; i < nodes; i++) {
    if (!live(i) || sunk(i) !== -1) continue;
    // A comparison that the branch does itself: its operands stay where they are until then.
    const o = op(i);
    if (o >= Op.EQ && o <= Op.LES && fuses(i)) continue;
    node(i);
    release(i);
  }
  endState(nodes);
  pairUp(address, at);
  return tooMany ? TOO_MANY_TEMPORARIES : <i32>(at - address);
}

// ---- locations --------------------------------------------------------------------------------------------------------

function temp(): i32 {
  if (freeCount > 0) return freeTemp(--freeCount);
  if (nextTemp === TEMP_COUNT) {
    tooMany = true;
    return ZERO;
  }
  return S_TEMPS + 16 * nextTemp++;
}

function free(t: i32): void {
  setFreeTemp(freeCount++, t);
}

function define(v: i32): i32 {
  if (loc(v) === -1) {
    setLoc(v, temp());
    // Temporaries beyond TEMP_COUNT are not given back.
    setOwnsTemp(v, !tooMany);
  }
  return loc(v);
}

/** Where a value is; a constant is materialised on its first use. */
function use(v: i32): i32 {
  const where = loc(v);
  if (where !== -1) return where;
  // Anything else has been given its place before it is used.
  if (op(v) !== Op.CONST) unreachable();
  const lo = a(v);
  const hi = wide(ty(v)) ? b(v) : 0;
  setZx(v, true);
  if ((lo | hi) === 0) {
    setLoc(v, ZERO);
    return ZERO;
  }
  if (keeper !== -1 && lo === a(b(keeper)) && hi === b(b(keeper))) {
    setLoc(v, a(keeper));
    return a(keeper);
  }
  const to = define(v);
  emit(U_CONST, to, 0, 0, lo, hi);
  return to;
}

/** The value zero-extended to 64 bits (helper arguments). */
function use64(v: i32): i32 {
  if (v < 0) return ZERO;
  const where = use(v);
  if (ty(v) !== Ty.I32 || zx(v)) return where;
  const t = temp();
  emit(U_EXT32U, t, where, 0, 0, 0);
  free(t);
  return t;
}

// @ts-ignore: decorator
@inline function wide(type: i32): bool {
  return type === Ty.I64 || type === Ty.F64;
}

/** Frees the temporaries whose last use was node i. */
function release(i: i32): void {
  releaseOperands(i, i);
  if (lastUse(i) < 0) releaseValue(i, -1);
}

/** Frees those of the operands of node `owner` whose last use was node i. */
function releaseOperands(owner: i32, i: i32): void {
  const k = operandsOf(owner);
  for (let j = 0; j < k; j++) releaseValue(operand(j), i);
}

function releaseValue(v: i32, i: i32): void {
  while (lastUse(v) <= i || i < 0) {
    if (ownsTemp(v)) {
      setOwnsTemp(v, false);
      free(loc(v));
    }
    // What this value is an alias of may end here too.
    const o = op(v);
    if ((o !== Op.WRAP && o !== Op.EXTU) || i < 0) return;
    v = a(v);
  }
}

function emit(code: i32, to: i32, x: i32, y: i32, x0: i32, x1: i32): void {
  const p = at;
  store<i32>(p, code | (to << 16));
  store<i32>(p, x | (y << 16), 4);
  store<i32>(p, x0, 8);
  store<i32>(p, x1, 12);
  if (last !== 0 && fuse(last, p)) return;
  last = p;
  at = p + 16;
}

/** The 16 bytes of a constant as a record of their own. */
function data(constant: i32): void {
  v128.store(at, vconst(constant));
  last = 0;
  at += 16;
}

/** x1 of operations that may fault. */
function fault(i: i32): i32 {
  const pos = position(i);
  return insnOffset(pos) | (pos << 16);
}

// ---- nodes --------------------------------------------------------------------------------------------------------------

function node(i: i32): void {
  const o = op(i);
  switch (o) {
    case Op.NOP:
    case Op.CONST:
      return;
    case Op.VCONST:
      emit(U_VCONST, define(i), 0, 0, 0, 0);
      data(a(i));
      return;
    case Op.LD: {
      const slot = a(i);
      if (loc(i) === slot) return;
      move(define(i), slot, ty(i));
      // A copy into a temporary reads 32-bit slots through EXT32U.
      setZx(i, ty(i) === Ty.I32);
      return;
    }
    case Op.ST:
      storeSlot(i);
      return;
    case Op.PC:
      emit(U_PC, define(i), 0, 0, a(i), 0);
      return;
    case Op.CLZ:
      width_(i, U_CLZ32);
      return;
    case Op.CTZ:
      width_(i, U_CTZ32);
      return;
    case Op.POPCNT:
      width_(i, U_POPCNT32);
      return;
    case Op.BSWAP:
      width_(i, U_BSWAP32);
      return;
    case Op.EXT8S:
      unary(i, U_EXT8S, false);
      return;
    case Op.EXT16S:
      unary(i, U_EXT16S, false);
      return;
    case Op.EXT32S:
    case Op.EXTS:
      unary(i, U_EXT32S, false);
      return;
    case Op.WRAP:
      alias(i, a(i));
      return;
    case Op.EXTU: {
      const source = a(i);
      const where = use(source);
      if (zx(source) && (loc(i) === -1 || loc(i) === where)) alias(i, source);
      else emit(U_EXT32U, define(i), where, 0, 0, 0);
      return;
    }
    case Op.SELECT: {
      const z = use(c(i));
      const x = use(a(i));
      const y = use(b(i));
      const type = ty(i);
      const code = type === Ty.I32 || type === Ty.F32 ? U_SELECT32 : type === Ty.V128 ? U_SELECT128 : U_SELECT64;
      emit(code, define(i), x, y, z, 0);
      if (type === Ty.I32) setZx(i, true);
      return;
    }
    case Op.LOAD:
      loadMemory(i);
      return;
    case Op.STORE:
      storeMemory(i);
      return;
    case Op.ATOMIC:
      atomicAccess(i);
      return;
    case Op.FENCE:
      emit(U_FENCE, 0, 0, 0, 0, 0);
      return;
    case Op.CALL:
      call(i);
      return;
    case Op.W: {
      const x = b(i) >= 0 ? use(b(i)) : ZERO;
      const y = c(i) >= 0 ? use(c(i)) : ZERO;
      const z = a(i) === WOp.v128_bitselect ? use(d(i)) : d(i);
      emit(U_W, define(i), x, y, a(i), z);
      if (ty(i) === Ty.I32) setZx(i, true);
      return;
    }
    case Op.SHUFFLE: {
      const x = use(b(i));
      const y = use(c(i));
      emit(U_SHUFFLE, define(i), x, y, 0, 0);
      data(a(i));
      return;
    }
    case Op.GOTO:
      emit(U_GOTO, flags(a(i), UF_LINK), 0, 0, a(i), 0);
      return;
    case Op.BRANCH:
      branch(i);
      return;
    case Op.JUMP:
      emit(U_JUMP, 0, use(a(i)), 0, 0, 0);
      return;
    case Op.EXIT:
      emit(U_EXIT, 0, 0, 0, 0, 0);
      return;
  }
  binary(i, o);
}

function alias(i: i32, source: i32): void {
  const where = use(source);
  if (loc(i) === -1) setLoc(i, where);
  // WRAP of a value whose upper half may be set is not zero-extended.
  setZx(i, op(i) === Op.WRAP ? maybeHi(source) === 0 : zx(source));
}

/** The 64-bit form follows the 32-bit one. */
function width_(i: i32, code: i32): void {
  const narrow = ty(i) === Ty.I32;
  unary(i, ty(i) === Ty.I64 ? code + 1 : code, narrow);
}

function unary(i: i32, code: i32, extended: bool): void {
  const x = use(a(i));
  emit(code, define(i), x, 0, 0, 0);
  setZx(i, extended);
}

function move(to: i32, from: i32, type: i32): void {
  emit(type === Ty.V128 ? U_MOV128 : type === Ty.I32 || type === Ty.F32 ? U_EXT32U : U_MOV64, to, from, 0, 0, 0);
}

function storeSlot(i: i32): void {
  const slot = a(i);
  const v = b(i);
  const type = ty(i);
  if (sunk(v) === i) {
    node(v);
    releaseOperands(v, i);
  }
  if (loc(v) === slot) return;
  if (op(v) === Op.CONST && loc(v) === -1) {
    if (wide(type)) {
      emit(U_CONST, slot, 0, 0, a(v), b(v));
      // Comparisons keep for the flags what a branch compares with.
      if (slotEnd(i) === NEVER) keeper = i;
    } else emit(U_CONST32, slot, 0, 0, a(v), 0);
    return;
  }
  const where = use(v);
  emit(type === Ty.V128 ? U_MOV128 : type === Ty.I32 || type === Ty.F32 ? U_MOV32 : U_MOV64, slot, where, 0, 0, 0);
}

function binary(i: i32, o: i32): void {
  const type = o >= Op.EQ && o <= Op.LES ? d(i) : ty(i);
  const form = type === Ty.I64 ? 2 : 0;
  const code = U_ADD32 + 4 * (o - Op.ADD) + form;
  const y = b(i);
  const x = use(a(i));
  if (op(y) === Op.CONST) emit(code + 1, define(i), x, 0, a(y), form ? b(y) : 0);
  else {
    const where = use(y);
    emit(code, define(i), x, where, 0, 0);
  }
  setZx(i, ty(i) === Ty.I32);
}

function fuses(i: i32): bool {
  const end = count - 1;
  if (op(end) !== Op.BRANCH || a(end) !== i || uses(i) !== 1) return false;
  // The operands must still be where they are at the end: nothing but the branch follows.
  for (let k = i + 1; k < end; k++) if (live(k)) return false;
  return true;
}

function branch(i: i32): void {
  const condition = a(i);
  const taken = b(i);
  const not = c(i);
  const links = flags(taken, UF_LINK) | flags(not, UF_LINK1);
  const o = op(condition);
  if (o >= Op.EQ && o <= Op.LES && live(condition) && fuses(condition)) {
    const x = use(a(condition));
    const y = use(b(condition));
    emit(U_BR_EQ32 + 2 * (o - Op.EQ) + (d(condition) === Ty.I64 ? 1 : 0), links, x, y, taken, not);
    return;
  }
  emit(U_BRANCH, links, use(condition), 0, taken, not);
}

function flags(displacement: i32, link: i32): i32 {
  const target = <i64>pageOffset + displacement;
  return pcWidth | (linkable && target >= 0 && target < 4096 ? link : 0);
}

function loadMemory(i: i32): void {
  const word = c(i);
  const size = word & MEM_SIZE_MASK;
  const address = use(a(i));
  const to = define(i);
  const where = fault(i);
  if (size === 4) {
    emit(word & MEM_ALIGN ? U_LD128A : U_LD128, to, address, 0, d(i), where);
    return;
  }
  setZx(i, (word & MEM_SIGNED) === 0);
  if (word & MEM_ALIGN || (word & MEM_RMW && word & MEM_SIGNED)) emit(U_LDSLOW, to, address, word, d(i), where);
  else if (word & MEM_RMW) emit(U_LDW8 + size, to, address, 0, d(i), where);
  else if (size === 3) emit(U_LD64, to, address, 0, d(i), where);
  else emit(U_LD8U + 2 * size + (word & MEM_SIGNED ? 1 : 0), to, address, 0, d(i), where);
}

function storeMemory(i: i32): void {
  const word = c(i);
  const size = word & MEM_SIZE_MASK;
  const address = use(a(i));
  const value = use(b(i));
  const where = fault(i);
  if (size === 4) emit(word & MEM_ALIGN ? U_ST128A : U_ST128, 0, address, value, d(i), where);
  else if (word & MEM_ALIGN) emit(U_STSLOW, word, address, value, d(i), where);
  else emit(U_ST8 + size, 0, address, value, d(i), where);
}

/** All values are I64. */
function atomicAccess(i: i32): void {
  const x = use64(a(i));
  const holdX = takeBack(x);
  const y = use64(b(i));
  const holdY = takeBack(y);
  const z = use64(d(i));
  if (holdX) free(x);
  if (holdY) free(y);
  emit(U_ATOMIC, define(i), x, y, z | (c(i) << 16), fault(i));
}

function call(i: i32): void {
  const id = a(i);
  const traits = helperTraits(id);
  let x: i32;
  let y: i32;
  let z: i32;
  if (traits & (HF_VEC | HF_VECINT)) {
    x = b(i) >= 0 ? use(b(i)) : ZERO;
    y = c(i) >= 0 ? use(c(i)) : ZERO;
    z = use64(d(i));
  } else {
    x = use64(b(i));
    // use64 may hand out the same scratch twice: hold the first while the next are made.
    const holdX = takeBack(x);
    y = use64(c(i));
    const holdY = takeBack(y);
    z = use64(d(i));
    if (holdX) free(x);
    if (holdY) free(y);
  }
  const code = traits & HF_VEC ? U_CALLV : traits & HF_VECINT ? U_CALLVI : traits & HF_PURE ? U_CALLP : U_CALL;
  emit(code, define(i), x, y, z | (id << 16), fault(i));
}

/** Takes a temporary that has just been freed off the free ones. */
function takeBack(t: i32): bool {
  if (t === ZERO || freeCount === 0 || freeTemp(freeCount - 1) !== t) return false;
  freeCount--;
  return true;
}

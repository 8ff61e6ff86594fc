// Neighbouring micro-ops that one can do (src/tier0/uops.ts, "several in one"). There are no labels within a block, and the
// fused one does the same things in the same order, so nothing else has to hold.

import {
  U_ADD32I,
  U_ADD32I_CONST,
  U_ADD32I_CONST_CONST32,
  U_ADD64,
  U_ADD64I,
  U_ADD64I_CONST,
  U_ADD64I_CONST_CONST32,
  U_AND32I,
  U_AND32I_CONST32,
  U_AND64I,
  U_AND64I_OR64,
  U_CONST,
  U_CONST32,
  U_CONST_CONST,
  U_CONST_CONST32,
  U_JUMP,
  U_LD64,
  U_LD64_SUM,
  U_LD64_SUM_JUMP,
  U_MOV64,
  U_MOV64_CONST,
  U_MOV64_CONST32,
  U_MOV64_CONST_CONST32,
  U_MOV64_MOV64,
  U_MOV64_MOV64_CONST32,
  U_OR64,
  U_PC,
  U_PC_LD64,
  U_PC_ST64,
  U_PC_ST64_ADD,
  U_SHL64I,
  U_SHL64I_ADD64,
  U_ST64,
  U_ST64_SUM,
  U_SUB32,
  U_SUB32_MOV64,
  U_SUB32_MOV64_CONST32,
  U_SUB64,
  U_SUB64_MOV64,
  U_SUB64_MOV64_CONST32,
  U_SUM_ST64,
  U_SUM_ST64_MOV64,
} from "../../../src/tier0/uops";
import { aOf, bOf, codeOf, dOf, x0Of, x1Of } from "./fields";

// The fields of a micro-op.
// @ts-ignore: decorator
@inline function setCode(p: usize, value: i32): void {
  store<u16>(p, value);
}
// @ts-ignore: decorator
@inline function setD(p: usize, slot: i32): void {
  store<u16>(p, slot, 2);
}
// @ts-ignore: decorator
@inline function setA(p: usize, slot: i32): void {
  store<u16>(p, slot, 4);
}
// @ts-ignore: decorator
@inline function setB(p: usize, slot: i32): void {
  store<u16>(p, slot, 6);
}
// @ts-ignore: decorator
@inline function setX0(p: usize, value: i32): void {
  store<i32>(p, value, 8);
}
// @ts-ignore: decorator
@inline function setX1(p: usize, value: i32): void {
  store<i32>(p, value, 12);
}

/** The 64-bit immediate is the sign extension of its lower half. */
// @ts-ignore: decorator
@inline function short(p: usize): bool {
  return x1Of(p) === x0Of(p) >> 31;
}
// @ts-ignore: decorator
@inline function fits16(value: i32): bool {
  return value === (value << 16) >> 16;
}
/** The 64-bit immediate is the sign extension of its lowest 16 bits. */
// @ts-ignore: decorator
@inline function short16(p: usize): bool {
  return short(p) && fits16(x0Of(p));
}
// @ts-ignore: decorator
@inline function halves(low: i32, high: i32): i32 {
  return (low & 0xffff) | (high << 16);
}

/** Fuses the micro-op at `q` into the one right before it, at `p`: false when the two do not go together. */
export function fuse(p: usize, q: usize): bool {
  switch (codeOf(q)) {
    case U_CONST32:
      return fuseConst32(p, dOf(q), x0Of(q));
    case U_MOV64:
      return fuseMove(p, dOf(q), aOf(q));
    case U_CONST:
      return fuseConst(p, q);
    case U_ADD64I:
      return fuseAdd(p, q);
    case U_ST64:
      return fuseStore(p, q);
    case U_LD64:
      if (codeOf(p) !== U_PC || aOf(q) !== dOf(p) || !fits16(x0Of(q))) return false;
      setCode(p, U_PC_LD64);
      setA(p, aOf(q));
      setD(p, dOf(q));
      setB(p, x0Of(q));
      setX1(p, x1Of(q));
      return true;
    case U_ADD64:
      return fuseScaled(p, q);
    case U_OR64:
      return fuseMerge(p, q);
    case U_JUMP:
      if (codeOf(p) !== U_LD64_SUM || aOf(q) !== dOf(p) || bOf(p) === dOf(p)) return false;
      setCode(p, U_LD64_SUM_JUMP);
      return true;
  }
  return false;
}

/** 32-bit `slot` = `value`. */
function fuseConst32(p: usize, slot: i32, value: i32): bool {
  switch (codeOf(p)) {
    case U_MOV64:
      setCode(p, U_MOV64_CONST32);
      setB(p, slot);
      setX0(p, value);
      return true;
    case U_MOV64_MOV64:
      setCode(p, U_MOV64_MOV64_CONST32);
      setX0(p, halves(x0Of(p), slot));
      setX1(p, value);
      return true;
    case U_CONST:
      if (!short(p)) return false;
      setCode(p, U_CONST_CONST32);
      setA(p, 0);
      setB(p, slot);
      setX1(p, value);
      return true;
    case U_MOV64_CONST:
      if (!short16(p)) return false;
      setCode(p, U_MOV64_CONST_CONST32);
      setX0(p, halves(x0Of(p), slot));
      setX1(p, value);
      return true;
    case U_SUB32_MOV64:
    case U_SUB64_MOV64:
      setCode(p, codeOf(p) === U_SUB32_MOV64 ? U_SUB32_MOV64_CONST32 : U_SUB64_MOV64_CONST32);
      setX0(p, halves(x0Of(p), slot));
      setX1(p, value);
      return true;
    case U_ADD32I_CONST:
    case U_ADD64I_CONST:
      if (value >>> 16 !== 0) return false;
      setCode(p, codeOf(p) === U_ADD32I_CONST ? U_ADD32I_CONST_CONST32 : U_ADD64I_CONST_CONST32);
      setX0(p, halves(x0Of(p), slot));
      setX1(p, halves(x1Of(p), value));
      return true;
    case U_AND32I:
      setCode(p, U_AND32I_CONST32);
      setB(p, slot);
      setX1(p, value);
      return true;
  }
  return false;
}

/** 64-bit `slot` = `from`. */
function fuseMove(p: usize, slot: i32, from: i32): bool {
  switch (codeOf(p)) {
    case U_MOV64:
      setCode(p, U_MOV64_MOV64);
      setB(p, from);
      setX0(p, slot);
      return true;
    case U_SUB32:
    case U_SUB64:
      if (from !== bOf(p) || from === dOf(p)) return false;
      setCode(p, codeOf(p) === U_SUB32 ? U_SUB32_MOV64 : U_SUB64_MOV64);
      setX0(p, slot);
      return true;
    case U_SUM_ST64:
      if (from !== dOf(p)) return false;
      setCode(p, U_SUM_ST64_MOV64);
      setX0(p, halves(x0Of(p), slot));
      return true;
  }
  return false;
}

function fuseConst(p: usize, q: usize): bool {
  switch (codeOf(p)) {
    case U_MOV64:
      setCode(p, U_MOV64_CONST);
      setB(p, dOf(q));
      setX0(p, x0Of(q));
      setX1(p, x1Of(q));
      return true;
    case U_CONST:
      if (!short(p) || !short(q)) return false;
      setCode(p, U_CONST_CONST);
      setA(p, 0);
      setB(p, dOf(q));
      setX1(p, x0Of(q));
      return true;
    case U_ADD32I:
    case U_ADD64I:
      if (!fits16(x0Of(p)) || !short16(q) || (codeOf(p) === U_ADD64I && !short(p))) return false;
      setCode(p, codeOf(p) === U_ADD32I ? U_ADD32I_CONST : U_ADD64I_CONST);
      setB(p, dOf(q));
      setX1(p, x0Of(q));
      return true;
  }
  return false;
}

/** A stack pointer that moves by what was pushed or popped. */
function fuseAdd(p: usize, q: usize): bool {
  if (!short(q)) return false;
  const slot = dOf(q);
  const from = aOf(q);
  const by = x0Of(q);
  switch (codeOf(p)) {
    case U_LD64:
      if (from !== aOf(p) || from === dOf(p) || !fits16(x0Of(p)) || !fits16(by)) return false;
      setCode(p, U_LD64_SUM);
      setB(p, slot);
      setX0(p, halves(x0Of(p), by));
      return true;
    case U_ST64:
      if (from !== aOf(p) || by !== x0Of(p)) return false;
      setCode(p, U_ST64_SUM);
      setD(p, slot);
      return true;
    case U_PC_ST64:
      if (slot !== from || from !== aOf(p) || by !== (bOf(p) << 16) >> 16) return false;
      setCode(p, U_PC_ST64_ADD);
      return true;
  }
  return false;
}

function fuseStore(p: usize, q: usize): bool {
  const address = aOf(q);
  switch (codeOf(p)) {
    case U_ADD64I:
      if (address !== aOf(p) || address === dOf(p) || x0Of(q) !== x0Of(p) || !short16(p)) return false;
      setCode(p, U_SUM_ST64);
      setB(p, bOf(q));
      setX1(p, x1Of(q));
      return true;
    case U_PC:
      if (bOf(q) !== dOf(p) || address === dOf(p) || !fits16(x0Of(q))) return false;
      setCode(p, U_PC_ST64);
      setA(p, address);
      setB(p, x0Of(q));
      setX1(p, x1Of(q));
      return true;
  }
  return false;
}

/** An address with a scaled index. */
function fuseScaled(p: usize, q: usize): bool {
  const scaled = dOf(p);
  if (codeOf(p) !== U_SHL64I || (aOf(q) !== scaled && bOf(q) !== scaled)) return false;
  setCode(p, U_SHL64I_ADD64);
  setD(p, dOf(q));
  setB(p, aOf(q) === scaled ? bOf(q) : aOf(q));
  setX0(p, halves(x0Of(p), scaled));
  return true;
}

/** A register of which a part changes. */
function fuseMerge(p: usize, q: usize): bool {
  const kept = dOf(p);
  if (codeOf(p) !== U_AND64I || !short(p) || (aOf(q) !== kept && bOf(q) !== kept)) return false;
  setCode(p, U_AND64I_OR64);
  setD(p, dOf(q));
  setB(p, aOf(q) === kept ? bOf(q) : aOf(q));
  setX1(p, kept);
  return true;
}

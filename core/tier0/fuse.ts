// Neighbouring micro-ops that one can do (src/tier0/uops.ts, "several in one"). There are no labels within a block, and the
// fused one does the same things in the same order, so nothing else has to hold.

import {
  U_ADD64I, U_CONST, U_CONST32, U_CONST_CONST, U_CONST_CONST32, U_LD64, U_LD64_ADD, U_MOV64, U_MOV64_CONST, U_MOV64_CONST32,
  U_MOV64_CONST_CONST32, U_MOV64_MOV64, U_MOV64_MOV64_CONST32, U_ST64, U_ST64_ADD,
} from "../../src/tier0/uops";
import { aOf, codeOf, dOf, x0Of, x1Of } from "./fields";

// The fields of a micro-op.
// @ts-ignore: decorator
@inline function setCode(p: usize, value: i32): void { store<u16>(p, value); }
// @ts-ignore: decorator
@inline function setD(p: usize, slot: i32): void { store<u16>(p, slot, 2); }
// @ts-ignore: decorator
@inline function setA(p: usize, slot: i32): void { store<u16>(p, slot, 4); }
// @ts-ignore: decorator
@inline function setB(p: usize, slot: i32): void { store<u16>(p, slot, 6); }
// @ts-ignore: decorator
@inline function setX0(p: usize, value: i32): void { store<i32>(p, value, 8); }
// @ts-ignore: decorator
@inline function setX1(p: usize, value: i32): void { store<i32>(p, value, 12); }

/** The 64-bit immediate is the sign extension of its lower half. */
// @ts-ignore: decorator
@inline function short(p: usize): bool { return x1Of(p) === x0Of(p) >> 31; }

/** Fuses the micro-op at `q` into the one right before it, at `p`: false when the two do not go together. */
export function fuse(p: usize, q: usize): bool {
  switch (codeOf(q)) {
    case U_CONST32:
      return fuseConst32(p, dOf(q), x0Of(q));
    case U_MOV64:
      if (codeOf(p) !== U_MOV64) return false;
      setCode(p, U_MOV64_MOV64);
      setB(p, aOf(q));
      setX0(p, dOf(q));
      return true;
    case U_CONST:
      return fuseConst(p, q);
    case U_ADD64I:
      return fuseAdd(p, q);
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
      setX0(p, (x0Of(p) & 0xffff) | (slot << 16));
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
      if (!short(p) || x0Of(p) !== (x0Of(p) << 16) >> 16) return false;
      setCode(p, U_MOV64_CONST_CONST32);
      setX0(p, (x0Of(p) & 0xffff) | (slot << 16));
      setX1(p, value);
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
  }
  return false;
}

/** A stack pointer that moves by what was pushed or popped. */
function fuseAdd(p: usize, q: usize): bool {
  const slot = dOf(q);
  if (slot !== aOf(q) || !short(q)) return false;
  switch (codeOf(p)) {
    case U_LD64:
      if (x0Of(p) !== 0) return false;
      setCode(p, U_LD64_ADD);
      setB(p, slot);
      setX0(p, x0Of(q));
      return true;
    case U_ST64:
      if (x0Of(p) !== x0Of(q)) return false;
      setCode(p, U_ST64_ADD);
      setD(p, slot);
      return true;
  }
  return false;
}

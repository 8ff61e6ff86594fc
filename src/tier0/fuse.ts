// Neighbouring micro-ops that one can do (uops.ts, "several in one"). There are no labels within a block, and the fused one
// does the same things in the same order, so nothing else has to hold.

import * as U from "./uops.js";

/** Fuses the micro-op at word `q` of `m` into the one right before it, at `p`: false when the two do not go together. */
export function fuse(m: Int32Array, p: number, q: number): boolean {
  switch (m[q]! & 0xffff) {
    case U.U_CONST32:
      return fuseConst32(m, p, m[q]! >>> 16, m[q + 2]!);
    case U.U_MOV64:
      if ((m[p]! & 0xffff) !== U.U_MOV64) return false;
      m[p] = (m[p]! & ~0xffff) | U.U_MOV64_MOV64;
      m[p + 1] = (m[p + 1]! & 0xffff) | (m[q + 1]! << 16);
      m[p + 2] = m[q]! >>> 16;
      return true;
    case U.U_CONST:
      return fuseConst(m, p, q);
    case U.U_ADD + 3:
      return fuseAdd(m, p, q);
    default:
      return false;
  }
}

/** 32-bit `slot` = `value`. */
function fuseConst32(m: Int32Array, p: number, slot: number, value: number): boolean {
  switch (m[p]! & 0xffff) {
    case U.U_MOV64:
      m[p] = (m[p]! & ~0xffff) | U.U_MOV64_CONST32;
      m[p + 1] = (m[p + 1]! & 0xffff) | (slot << 16);
      m[p + 2] = value;
      return true;
    case U.U_MOV64_MOV64:
      m[p] = (m[p]! & ~0xffff) | U.U_MOV64_MOV64_CONST32;
      m[p + 2] = (m[p + 2]! & 0xffff) | (slot << 16);
      m[p + 3] = value;
      return true;
    case U.U_CONST:
      if (!short(m, p)) return false;
      m[p] = (m[p]! & ~0xffff) | U.U_CONST_CONST32;
      m[p + 1] = slot << 16;
      m[p + 3] = value;
      return true;
    case U.U_MOV64_CONST:
      if (!short(m, p) || m[p + 2] !== (m[p + 2]! << 16) >> 16) return false;
      m[p] = (m[p]! & ~0xffff) | U.U_MOV64_CONST_CONST32;
      m[p + 2] = (m[p + 2]! & 0xffff) | (slot << 16);
      m[p + 3] = value;
      return true;
    default:
      return false;
  }
}

function fuseConst(m: Int32Array, p: number, q: number): boolean {
  const slot = m[q]! >>> 16;
  switch (m[p]! & 0xffff) {
    case U.U_MOV64:
      m[p] = (m[p]! & ~0xffff) | U.U_MOV64_CONST;
      m[p + 1] = (m[p + 1]! & 0xffff) | (slot << 16);
      m[p + 2] = m[q + 2]!;
      m[p + 3] = m[q + 3]!;
      return true;
    case U.U_CONST:
      if (!short(m, p) || !short(m, q)) return false;
      m[p] = (m[p]! & ~0xffff) | U.U_CONST_CONST;
      m[p + 1] = slot << 16;
      m[p + 3] = m[q + 2]!;
      return true;
    default:
      return false;
  }
}

/** A stack pointer that moves by what was pushed or popped. */
function fuseAdd(m: Int32Array, p: number, q: number): boolean {
  const slot = m[q]! >>> 16;
  if (slot !== (m[q + 1]! & 0xffff) || !short(m, q)) return false;
  switch (m[p]! & 0xffff) {
    case U.U_LD64:
      if (m[p + 2] !== 0) return false;
      m[p] = (m[p]! & ~0xffff) | U.U_LD64_ADD;
      m[p + 1] = (m[p + 1]! & 0xffff) | (slot << 16);
      m[p + 2] = m[q + 2]!;
      return true;
    case U.U_ST64:
      if (m[p + 2] !== m[q + 2]) return false;
      m[p] = U.U_ST64_ADD | (slot << 16);
      return true;
    default:
      return false;
  }
}

/** The 64-bit immediate is the sign extension of its lower half. */
function short(m: Int32Array, p: number): boolean {
  return m[p + 3] === m[p + 2]! >> 31;
}

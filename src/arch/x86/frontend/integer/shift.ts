// Shifts, rotates and double shifts. The count is taken modulo 32, or 64 for 64-bit operands; a count of 0 leaves the
// flags (SDM volume 2, SAL/SAR/SHL/SHR, RCL/RCR/ROL/ROR, SHLD, SHRD).

import type { Value } from "../../../../ir/builder.js";
import { Ty } from "../../../../ir/ops.js";
import { MEM_RMW } from "../../../../layout/access.js";
import { S_RET2 } from "../../../../layout/vcpu.js";
import { CC_SAR, CC_SHL } from "../../layout.js";
import type { Emitter, Size } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";
import { K_IMM, K_ONE } from "../operands.js";

const H_RCL = helperId("x86_rcl");
const H_RCR = helperId("x86_rcr");
const CF_OF = 0x801;

/** The count operand, masked, as I32. */
function countOf(e: Emitter, insn: Insn, n: number, size: Size): Value {
  const b = e.b;
  const kind = e.operandKind(insn, n);
  const mask = size === 8 ? 63 : 31;
  if (kind === K_ONE) return b.i32(1);
  if (kind === K_IMM) return b.i32(insn.immLo & mask);
  return b.and(e.readGpr(1, 4), b.i32(mask));
}

function isZero(e: Emitter, count: Value): boolean {
  return e.b.isZero(count);
}

export function shl(e: Emitter, insn: Insn): void {
  const b = e.b;
  const size = e.operandSize(insn, 0);
  const x = e.readOperand(insn, 0, MEM_RMW);
  const count = countOf(e, insn, 1, size);
  const r = e.trim(b.shl(x, e.typed(count, size)), size);
  e.update(insn, 0, r);
  if (isZero(e, count)) return;
  const before = e.trim(b.shl(x, e.typed(b.sub(count, b.i32(1)), size)), size);
  if (b.isConst(count)) e.flags.shl(size, r, before);
  else e.flags.shiftBy(CC_SHL, size, r, before, count);
}

function shiftRight(e: Emitter, insn: Insn, arithmetic: boolean): void {
  const b = e.b;
  const size = e.operandSize(insn, 0);
  const operand = e.readOperand(insn, 0, MEM_RMW);
  const count = countOf(e, insn, 1, size);
  const x = arithmetic ? e.signed(operand, size) : operand;
  const by = e.typed(count, size);
  const r = e.trim(arithmetic ? b.shrs(x, by) : b.shru(x, by), size);
  e.update(insn, 0, r);
  if (isZero(e, count)) return;
  const less = e.typed(b.sub(count, b.i32(1)), size);
  const before = e.trim(arithmetic ? b.shrs(x, less) : b.shru(x, less), size);
  if (b.isConst(count)) e.flags.shr(size, r, before);
  else e.flags.shiftBy(CC_SAR, size, r, before, count);
}

export function shr(e: Emitter, insn: Insn): void {
  shiftRight(e, insn, false);
}

export function sar(e: Emitter, insn: Insn): void {
  shiftRight(e, insn, true);
}

/** Bit n of a value of a size, as I32. */
function bit(e: Emitter, v: Value, size: Size, n: number): Value {
  const b = e.b;
  const shifted = n === 0 ? v : b.shru(v, e.konst(n, size));
  return b.and(size === 8 ? b.wrap(shifted) : shifted, b.i32(1));
}

/** Replaces CF and OF, if the count is not 0. */
function setCarryOverflow(e: Emitter, carryAndOverflow: Value, count: Value): void {
  const b = e.b;
  e.flags.setSome(CF_OF, carryAndOverflow, b.isConst(count) ? -1 : b.ne(count, b.i32(0)));
}

function rotate(e: Emitter, insn: Insn, left: boolean): void {
  const b = e.b;
  const size = e.operandSize(insn, 0);
  let x = e.readOperand(insn, 0, MEM_RMW);
  const count = countOf(e, insn, 1, size);
  // Copies of a short operand fill the word, so a rotation of the word rotates it.
  if (size === 1) x = b.mul(x, b.i32(0x01010101));
  else if (size === 2) x = b.mul(x, b.i32(0x00010001));
  const by = e.typed(count, size);
  const r = e.trim(left ? b.rotl(x, by) : b.rotr(x, by), size);
  e.update(insn, 0, r);
  if (isZero(e, count)) return;
  const top = bit(e, r, size, size * 8 - 1);
  const carry = left ? bit(e, r, size, 0) : top;
  const overflow = b.xor(top, left ? carry : bit(e, r, size, size * 8 - 2));
  setCarryOverflow(e, b.or(carry, b.shl(overflow, b.i32(11))), count);
}

export function rol(e: Emitter, insn: Insn): void {
  rotate(e, insn, true);
}

export function ror(e: Emitter, insn: Insn): void {
  rotate(e, insn, false);
}

function rotateCarry(e: Emitter, insn: Insn, left: boolean): void {
  const b = e.b;
  const size = e.operandSize(insn, 0);
  const x = e.readOperand(insn, 0, MEM_RMW);
  const count = countOf(e, insn, 1, size);
  if (isZero(e, count)) {
    e.update(insn, 0, x);
    return;
  }
  const carry = e.flags.carry();
  const top = size * 8 - 1;
  if (b.isConst(count) && b.constLo(count) === 1) {
    const in64 = e.typed(carry, size);
    const one = e.konst(1, size);
    const r = left ? e.trim(b.or(b.shl(x, one), in64), size) : b.or(b.shru(x, one), b.shl(in64, e.konst(top, size)));
    e.update(insn, 0, r);
    const out = bit(e, x, size, left ? top : 0);
    const overflow = left ? b.xor(out, bit(e, r, size, top)) : b.xor(carry, bit(e, r, size, top - 1));
    e.flags.setSome(CF_OF, b.or(out, b.shl(overflow, b.i32(11))));
    return;
  }
  const word = b.extu(b.or(b.shl(carry, b.i32(8)), b.i32(size)));
  const r = b.call(left ? H_RCL : H_RCR, e.toI64(x, size), b.extu(count), word);
  const flags = b.wrap(b.ld(S_RET2, Ty.I64));
  e.update(insn, 0, e.fromI64(r, size));
  setCarryOverflow(e, flags, count);
}

export function rcl(e: Emitter, insn: Insn): void {
  rotateCarry(e, insn, true);
}

export function rcr(e: Emitter, insn: Insn): void {
  rotateCarry(e, insn, false);
}

/** The double word of SHLD (or SHRD) shifted by n, cut to the size. */
function doubleShift(e: Emitter, x: Value, y: Value, n: Value, size: Size, left: boolean): Value {
  const b = e.b;
  if (size === 8) {
    // y moves by 64 - n, in two steps as n may be 0.
    const by = b.extu(n);
    const rest = b.xor(by, b.i64(63));
    const one = b.i64(1);
    return left ? b.or(b.shl(x, by), b.shru(b.shru(y, one), rest)) : b.or(b.shru(x, by), b.shl(b.shl(y, one), rest));
  }
  const by = b.extu(n);
  const wx = b.extu(x);
  const wy = b.extu(y);
  if (size === 4) {
    const wide = left ? b.or(b.shl(wx, b.i64(32)), wy) : b.or(b.shl(wy, b.i64(32)), wx);
    return b.wrap(left ? b.shru(b.shl(wide, by), b.i64(32)) : b.shru(wide, by));
  }
  // 16 bits with a count above 16 (undefined by the manual): the first operand comes round again, as on Intel's processors.
  const wide = b.or(b.or(b.shl(wx, b.i64(32)), b.shl(wy, b.i64(16))), wx);
  return e.trim(b.wrap(left ? b.shru(b.shl(wide, by), b.i64(32)) : b.shru(wide, by)), 2);
}

function double(e: Emitter, insn: Insn, left: boolean): void {
  const b = e.b;
  const size = insn.opSize;
  const x = e.readOperand(insn, 0, MEM_RMW);
  const y = e.readOperand(insn, 1);
  const count = countOf(e, insn, 2, size);
  if (isZero(e, count)) {
    e.update(insn, 0, x);
    return;
  }
  const r = doubleShift(e, x, y, count, size, left);
  e.update(insn, 0, r);
  const before = doubleShift(e, x, y, b.and(b.sub(count, b.i32(1)), b.i32(size === 8 ? 63 : 31)), size, left);
  if (!b.isConst(count)) e.flags.shiftBy(left ? CC_SHL : CC_SAR, size, r, before, count);
  else if (left) e.flags.shl(size, r, before);
  else e.flags.shr(size, r, before);
}

export function shld(e: Emitter, insn: Insn): void {
  double(e, insn, true);
}

export function shrd(e: Emitter, insn: Insn): void {
  double(e, insn, false);
}

// MUL IMUL DIV IDIV and the decimal adjustments that multiply and divide.

import type { Value } from "../../../../ir/builder.js";
import { Ty } from "../../../../ir/ops.js";
import { S_RET2 } from "../../../../layout/vcpu.js";
import { type Emitter, EXC_DE, type Size } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";

const H_DIVU = helperId("x86_divu");
const H_DIVS = helperId("x86_divs");
const H_DIVU64 = helperId("x86_divu64");
const H_DIVS64 = helperId("x86_divs64");

/** MUL, one-operand IMUL: rDX:rAX = rAX * operand. */
function multiply(e: Emitter, insn: Insn, signed: boolean): void {
  const b = e.b;
  const size = e.operandSize(insn, 0);
  const y = e.readOperand(insn, 0);
  const x = e.readGpr(0, size);
  if (size === 8) {
    const low = b.mul(x, y);
    const high = signed ? b.mulhs(x, y) : b.mulhu(x, y);
    e.writeGpr(0, 8, low);
    e.writeGpr(2, 8, high);
    e.flags.mul(8, low, b.ne(high, signed ? b.shrs(low, b.i64(63)) : b.i64(0)));
    return;
  }
  if (size === 4) {
    const product = signed ? b.mul(b.exts(x), b.exts(y)) : b.mul(b.extu(x), b.extu(y));
    const low = b.wrap(product);
    const high = b.wrap(b.shru(product, b.i64(32)));
    e.writeGpr(0, 4, low);
    e.writeGpr(2, 4, high);
    e.flags.mul(4, low, b.ne(high, signed ? b.shrs(low, b.i32(31)) : b.i32(0)));
    return;
  }
  const product = signed ? b.mul(e.signed(x, size), e.signed(y, size)) : b.mul(x, y);
  const low = e.trim(product, size);
  if (size === 1) e.writeGpr(0, 2, product);
  else {
    e.writeGpr(0, 2, low);
    e.writeGpr(2, 2, b.shru(product, b.i32(16)));
  }
  e.flags.mul(size, low, b.ne(product, signed ? e.signed(low, size) : low));
}

export function mul(e: Emitter, insn: Insn): void {
  multiply(e, insn, false);
}

export function imul(e: Emitter, insn: Insn): void {
  multiply(e, insn, true);
}

function multiplyInto(e: Emitter, reg: number, size: Size, x: Value, y: Value): void {
  const b = e.b;
  if (size === 8) {
    const r = b.mul(x, y);
    const overflow = b.ne(b.mulhs(x, y), b.shrs(r, b.i64(63)));
    e.writeGpr(reg, 8, r);
    e.flags.mul(8, r, overflow);
  } else if (size === 4) {
    const product = b.mul(b.exts(x), b.exts(y));
    const r = b.wrap(product);
    e.writeGpr(reg, 4, r);
    e.flags.mul(4, r, b.ne(product, b.exts(r)));
  } else {
    const product = b.mul(e.signed(x, 2), e.signed(y, 2));
    const r = e.trim(product, 2);
    e.writeGpr(reg, 2, r);
    e.flags.mul(2, r, b.ne(product, b.sext(product, 16)));
  }
}

export function imul2(e: Emitter, insn: Insn): void {
  const y = e.readOperand(insn, 1);
  multiplyInto(e, insn.reg, insn.opSize, e.readGpr(insn.reg, insn.opSize), y);
}

export function imul3(e: Emitter, insn: Insn): void {
  const x = e.readOperand(insn, 1);
  multiplyInto(e, insn.reg, insn.opSize, x, e.imm(insn, insn.opSize));
}

/** DIV, IDIV: #DE on 0 or when the quotient does not fit. The flags keep their values (undefined by the manual). */
function divide(e: Emitter, insn: Insn, signed: boolean): void {
  const b = e.b;
  const size = e.operandSize(insn, 0);
  const y = e.readOperand(insn, 0);
  if (size === 8) {
    const quotient = b.call(signed ? H_DIVS64 : H_DIVU64, e.gpr(0), e.gpr(2), y);
    const rest = b.ld(S_RET2, Ty.I64);
    e.writeGpr(0, 8, quotient);
    e.writeGpr(2, 8, rest);
    return;
  }
  let dividend: Value;
  if (size === 4) dividend = b.or(b.zext(e.gpr(0), 32), b.shl(e.gpr(2), b.i64(32)));
  else if (size === 2) {
    const both = b.or(e.readGpr(0, 2), b.shl(e.readGpr(2, 4), b.i32(16)));
    dividend = signed ? b.exts(both) : b.extu(both);
  } else dividend = signed ? b.exts(b.sext(e.readGpr(0, 4), 16)) : b.extu(e.readGpr(0, 2));
  const divisor = signed ? b.exts(e.signed(y, size)) : b.extu(y);
  const quotient = b.wrap(b.call(signed ? H_DIVS : H_DIVU, dividend, divisor, b.i64(size)));
  const rest = b.wrap(b.ld(S_RET2, Ty.I64));
  if (size === 1) {
    e.writeGpr(0, 2, b.or(b.zext(quotient, 8), b.shl(b.zext(rest, 8), b.i32(8))));
    return;
  }
  e.writeGpr(0, size, quotient);
  e.writeGpr(2, size, rest);
}

export function div(e: Emitter, insn: Insn): void {
  divide(e, insn, false);
}

export function idiv(e: Emitter, insn: Insn): void {
  divide(e, insn, true);
}

export function aam(e: Emitter, insn: Insn): void {
  const b = e.b;
  const base = insn.immLo & 0xff;
  if (base === 0) {
    e.raise(EXC_DE);
    return;
  }
  const high = b.wrap(b.call(H_DIVU, b.extu(e.readGpr(0, 1)), b.i64(base), b.i64(1)));
  const low = b.zext(b.wrap(b.ld(S_RET2, Ty.I64)), 8);
  e.writeGpr(0, 2, b.or(low, b.shl(high, b.i32(8))));
  e.flags.logic(1, low);
}

export function aad(e: Emitter, insn: Insn): void {
  const b = e.b;
  const ax = e.readGpr(0, 2);
  const product = b.mul(b.shru(ax, b.i32(8)), b.i32(insn.immLo & 0xff));
  const r = e.trim(b.add(e.trim(ax, 1), product), 1);
  e.writeGpr(0, 2, r);
  e.flags.logic(1, r);
}

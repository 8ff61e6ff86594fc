// BMI1, BMI2, ADX. VEX.L must be 0.

import type { Value } from "../../../../ir/builder.js";
import type { Emitter } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";

const H_PDEP = helperId("x86_pdep");
const H_PEXT = helperId("x86_pext");

/** Wraps a semantic function with the check of VEX.L. */
function vex(build: (e: Emitter, insn: Insn) => void): (e: Emitter, insn: Insn) => void {
  return (e, insn) => {
    if (insn.vexL !== 0) e.undefined();
    else build(e, insn);
  };
}

export const andn = vex((e, insn) => {
  const b = e.b;
  const size = e.operandSize(insn, 0);
  const y = e.readOperand(insn, 2);
  const r = b.and(b.not(e.readOperand(insn, 1)), y);
  e.writeOperand(insn, 0, r);
  e.flags.logic(size, r);
});

export const blsr = vex((e, insn) => {
  const b = e.b;
  const size = e.operandSize(insn, 0);
  const x = e.readOperand(insn, 1);
  const r = b.and(x, b.sub(x, e.konst(1, size)));
  e.writeOperand(insn, 0, r);
  e.flags.bmi(size, r, x);
});

export const blsmsk = vex((e, insn) => {
  const b = e.b;
  const size = e.operandSize(insn, 0);
  const x = e.readOperand(insn, 1);
  const r = b.xor(x, b.sub(x, e.konst(1, size)));
  e.writeOperand(insn, 0, r);
  e.flags.bmi(size, r, x);
});

/** BLSI: CF is set when the operand is not 0, the reverse of the others. */
export const blsi = vex((e, insn) => {
  const b = e.b;
  const size = e.operandSize(insn, 0);
  const zero = e.konst(0, size);
  const x = e.readOperand(insn, 1);
  const r = b.and(x, b.sub(zero, x));
  e.writeOperand(insn, 0, r);
  e.flags.bmi(size, r, e.typed(b.eq(x, zero), size));
});

export const bzhi = vex((e, insn) => {
  const b = e.b;
  const size = e.operandSize(insn, 0);
  const bits = size * 8;
  const x = e.readOperand(insn, 1);
  const n = b.zext(e.readGpr(insn.vvvv, 4), 8);
  const inside = b.ltu(n, b.i32(bits));
  const mask = b.sub(b.shl(e.konst(1, size), e.typed(n, size)), e.konst(1, size));
  const r = b.select(inside, b.and(x, mask), x);
  e.writeOperand(insn, 0, r);
  // CF tells a position beyond the operand.
  e.flags.bmi(size, r, e.typed(inside, size));
});

export const bextr = vex((e, insn) => {
  const b = e.b;
  const size = e.operandSize(insn, 0);
  const bits = size * 8;
  const x = e.readOperand(insn, 1);
  const control = e.readGpr(insn.vvvv, 4);
  const start = b.zext(control, 8);
  const length = b.zext(b.shru(control, b.i32(8)), 8);
  const shifted = b.select(b.ltu(start, b.i32(bits)), b.shru(x, e.typed(start, size)), e.konst(0, size));
  const mask = b.sub(b.shl(e.konst(1, size), e.typed(length, size)), e.konst(1, size));
  const r = b.select(b.ltu(length, b.i32(bits)), b.and(shifted, mask), shifted);
  e.writeOperand(insn, 0, r);
  e.flags.logic(size, r);
});

export const mulx = vex((e, insn) => {
  const b = e.b;
  const size = e.operandSize(insn, 0);
  const x = e.readGpr(2, size);
  const y = e.readOperand(insn, 2);
  let low: Value;
  let high: Value;
  if (size === 8) {
    low = b.mul(x, y);
    high = b.mulhu(x, y);
  } else {
    const product = b.mul(b.extu(x), b.extu(y));
    low = b.wrap(product);
    high = b.wrap(b.shru(product, b.i64(32)));
  }
  // The high half wins where both destinations are one register.
  e.writeOperand(insn, 1, low);
  e.writeOperand(insn, 0, high);
});

function depositExtract(helper: number): (e: Emitter, insn: Insn) => void {
  return vex((e, insn) => {
    const size = e.operandSize(insn, 0);
    const mask = e.readOperand(insn, 2);
    const r = e.call(helper, e.toI64(e.readOperand(insn, 1), size), e.toI64(mask, size));
    e.writeOperand(insn, 0, e.fromI64(r, size));
  });
}

export const pdep = depositExtract(H_PDEP);
export const pext = depositExtract(H_PEXT);

export const rorx = vex((e, insn) => {
  const size = e.operandSize(insn, 0);
  if (insn.vvvv !== 0) {
    e.undefined();
    return;
  }
  e.writeOperand(insn, 0, e.b.rotr(e.readOperand(insn, 1), e.konst(insn.immLo & (size * 8 - 1), size)));
});

// Counts are taken modulo the operand's width, as the IR takes them.
export const sarx = vex((e, insn) => {
  e.writeOperand(insn, 0, e.b.shrs(e.readOperand(insn, 1), e.readOperand(insn, 2)));
});

export const shlx = vex((e, insn) => {
  e.writeOperand(insn, 0, e.b.shl(e.readOperand(insn, 1), e.readOperand(insn, 2)));
});

export const shrx = vex((e, insn) => {
  e.writeOperand(insn, 0, e.b.shru(e.readOperand(insn, 1), e.readOperand(insn, 2)));
});

/** ADCX (CF), ADOX (OF): the flag given by its bit in EFLAGS is added and set; the others stay. */
function addWith(shift: number, condition: number): (e: Emitter, insn: Insn) => void {
  return (e, insn) => {
    const b = e.b;
    const size = e.operandSize(insn, 0);
    const x = e.readOperand(insn, 0);
    const y = e.readOperand(insn, 1);
    const carry = e.condition(condition);
    const r = b.add(b.add(x, y), e.typed(carry, size));
    const out = b.select(carry, b.leu(r, x), b.ltu(r, x));
    e.writeOperand(insn, 0, r);
    e.flags.setSome(1 << shift, shift === 0 ? out : b.shl(out, b.i32(shift)));
  };
}

export const adcx = addWith(0, 2);
export const adox = addWith(11, 0);

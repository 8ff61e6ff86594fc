// BT BTS BTR BTC BSF BSR TZCNT LZCNT POPCNT.

import type { Value } from "../../../../ir/builder.js";
import { MEM_RMW } from "../../../../layout/access.js";
import type { Emitter } from "../emitter.js";
import type { Insn } from "../insn.js";
import { K_IMM } from "../operands.js";

const BT = 0;
const BTS = 1;
const BTR = 2;
const BTC = 3;

function bitTest(e: Emitter, insn: Insn, kind: number): void {
  const b = e.b;
  const size = insn.opSize;
  const bits = size * 8;
  let x: Value;
  let index: Value;
  let address = -1;
  if (e.operandKind(insn, 1) === K_IMM) {
    index = e.konst(insn.immLo & (bits - 1), size);
    if (insn.mod === 3) x = e.readGpr(insn.rm, size);
    else {
      address = e.ea(insn, kind !== BT, size);
      x = e.load(size, address, kind === BT ? 0 : MEM_RMW);
    }
  } else {
    const whole = e.readGpr(insn.reg, size);
    index = b.and(whole, e.konst(bits - 1, size));
    if (insn.mod === 3) x = e.readGpr(insn.rm, size);
    else {
      // The index is signed and reaches beyond the operand, in units of its size.
      const wide = size === 8 ? whole : b.exts(e.signed(whole, size));
      const log2 = size === 8 ? 3 : size === 4 ? 2 : 1;
      let offset = b.add(e.offset(insn), b.shl(b.shrs(wide, b.i64(log2 + 3)), b.i64(log2)));
      if (insn.addrSize !== 8) offset = b.zext(offset, insn.addrSize === 4 ? 32 : 16);
      address = e.linear(e.segmentOf(insn), offset, size, kind !== BT);
      x = e.load(size, address, kind === BT ? 0 : MEM_RMW);
    }
  }
  const shifted = b.shru(x, index);
  const carry = b.and(size === 8 ? b.wrap(shifted) : shifted, b.i32(1));
  if (kind !== BT) {
    const mask = b.shl(e.konst(1, size), index);
    const r = kind === BTS ? b.or(x, mask) : kind === BTR ? b.and(x, b.not(mask)) : b.xor(x, mask);
    if (address >= 0) e.store(size, address, r);
    else e.writeGpr(insn.rm, size, r);
  }
  e.flags.setCarryAlone(carry);
}

export function bt(e: Emitter, insn: Insn): void {
  bitTest(e, insn, BT);
}

export function bts(e: Emitter, insn: Insn): void {
  bitTest(e, insn, BTS);
}

export function btr(e: Emitter, insn: Insn): void {
  bitTest(e, insn, BTR);
}

export function btc(e: Emitter, insn: Insn): void {
  bitTest(e, insn, BTC);
}

/** BSF, BSR: of 0 they leave the whole destination register (documented by AMD, true of Intel's). */
function bitScan(e: Emitter, insn: Insn, reverse: boolean): void {
  const b = e.b;
  const size = insn.opSize;
  const x = e.readOperand(insn, 1);
  const zero = b.eq(x, e.konst(0, size));
  const found = reverse ? b.xor(b.clz(x), e.konst(size === 8 ? 63 : 31, size)) : b.ctz(x);
  if (size === 2) e.writeGpr(insn.reg, 2, b.select(zero, e.readGpr(insn.reg, 2), found));
  else e.writeGpr(insn.reg, 8, b.select(zero, e.gpr(insn.reg), e.toI64(found, size)));
  e.flags.logic(size, x);
}

export function bsf(e: Emitter, insn: Insn): void {
  bitScan(e, insn, false);
}

export function bsr(e: Emitter, insn: Insn): void {
  bitScan(e, insn, true);
}

export function tzcnt(e: Emitter, insn: Insn): void {
  const b = e.b;
  const size = insn.opSize;
  const x = e.readOperand(insn, 1);
  const r = b.ctz(size === 2 ? b.or(x, b.i32(0x10000)) : x);
  e.writeGpr(insn.reg, size, r);
  e.flags.bmi(size, r, x);
}

export function lzcnt(e: Emitter, insn: Insn): void {
  const b = e.b;
  const size = insn.opSize;
  const x = e.readOperand(insn, 1);
  const r = size === 2 ? b.sub(b.clz(x), b.i32(16)) : b.clz(x);
  e.writeGpr(insn.reg, size, r);
  e.flags.bmi(size, r, x);
}

export function popcnt(e: Emitter, insn: Insn): void {
  const r = e.b.popcnt(e.readOperand(insn, 1));
  e.writeGpr(insn.reg, insn.opSize, r);
  e.flags.popcnt(insn.opSize, r);
}

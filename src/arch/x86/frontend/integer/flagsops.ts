// CLC STC CMC CLD STD LAHF SAHF SALC and the decimal adjustments.

import type { Value } from "../../../../ir/builder.js";
import { Ty } from "../../../../ir/ops.js";
import { S_RET2 } from "../../../../layout/vcpu.js";
import { X_DF } from "../../layout.js";
import type { Emitter } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";

const H_BCD = helperId("x86_bcd");
/** SF ZF AF PF CF. */
const LOW_FLAGS = 0xd5;

export function clc(e: Emitter): void {
  e.flags.setSome(1, e.b.i32(0));
}

export function stc(e: Emitter): void {
  e.flags.setSome(1, e.b.i32(1));
}

export function cmc(e: Emitter): void {
  const b = e.b;
  e.flags.setAll(b.xor(e.flags.all(), b.i32(1)));
}

export function cld(e: Emitter): void {
  e.b.st(X_DF, e.b.i32(1));
}

export function std(e: Emitter): void {
  e.b.st(X_DF, e.b.i32(-1));
}

/** AH without regard to REX, which makes register 4 SPL. */
function readAh(e: Emitter): Value {
  const b = e.b;
  return b.zext(b.shru(e.readGpr(0, 4), b.i32(8)), 8);
}

export function lahf(e: Emitter): void {
  const b = e.b;
  const flags = b.or(b.and(e.flags.all(), b.i32(LOW_FLAGS)), b.i32(2));
  e.writeGpr(0, 2, b.or(e.readGpr(0, 1), b.shl(flags, b.i32(8))));
}

export function sahf(e: Emitter): void {
  const b = e.b;
  e.flags.setSome(LOW_FLAGS, b.and(readAh(e), b.i32(LOW_FLAGS)));
}

export function salc(e: Emitter): void {
  const b = e.b;
  e.writeGpr(0, 1, b.sub(b.i32(0), e.flags.carry()));
}

/** DAA DAS AAA AAS, told apart by the opcode. */
export function bcd(e: Emitter, insn: Insn): void {
  const b = e.b;
  const flags = e.flags.all();
  const ax = b.wrap(b.call(H_BCD, b.extu(e.readGpr(0, 2)), b.extu(flags), b.i64(insn.opcode)));
  const after = b.wrap(b.ld(S_RET2, Ty.I64));
  e.writeGpr(0, 2, ax);
  e.flags.setAll(after);
}

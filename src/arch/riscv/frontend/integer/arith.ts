// Operations on registers and immediates, and jumps (unprivileged 2.4, 2.5, 4.2; Zicond).

import type { IrBuilder, Value } from "../../../../ir/builder.js";
import type { Build } from "../row.js";

export type Binary = (b: IrBuilder, x: Value, y: Value) => Value;
export type Unary = (b: IrBuilder, x: Value) => Value;

export const add: Binary = (b, x, y) => b.add(x, y);
export const sub: Binary = (b, x, y) => b.sub(x, y);
export const and: Binary = (b, x, y) => b.and(x, y);
export const or: Binary = (b, x, y) => b.or(x, y);
export const xor: Binary = (b, x, y) => b.xor(x, y);
export const sll: Binary = (b, x, y) => b.shl(x, y);
export const srl: Binary = (b, x, y) => b.shru(x, y);
export const sra: Binary = (b, x, y) => b.shrs(x, y);
export const slt: Binary = (b, x, y) => b.extu(b.lts(x, y));
export const sltu: Binary = (b, x, y) => b.extu(b.ltu(x, y));

export const eq: Binary = (b, x, y) => b.eq(x, y);
export const ne: Binary = (b, x, y) => b.ne(x, y);
export const lt: Binary = (b, x, y) => b.lts(x, y);
export const ltu: Binary = (b, x, y) => b.ltu(x, y);
export const ge: Binary = (b, x, y) => b.les(y, x);
export const geu: Binary = (b, x, y) => b.leu(y, x);

/** 0 where rs2 is 0, or where it is not. */
export const czeroEqz: Binary = (b, x, y) => b.select(b.eq(y, b.i64(0)), b.i64(0), x);
export const czeroNez: Binary = (b, x, y) => b.select(b.eq(y, b.i64(0)), x, b.i64(0));

/** rd = rs1 op rs2. */
export function registers(op: Binary): Build {
  return (e, { rd, rs1, rs2 }) => e.setX(rd, op(e.b, e.x(rs1), e.x(rs2)));
}

/** rd = rs1 op imm. */
export function immediate(op: Binary): Build {
  return (e, { rd, rs1, imm }) => e.setX(rd, op(e.b, e.x(rs1), e.b.i64(imm)));
}

/** rd = op rs1. */
export function unary(op: Unary): Build {
  return (e, { rd, rs1 }) => e.setX(rd, op(e.b, e.x(rs1)));
}

// Of the lower halves: IR's shifts take their counts modulo 32 then.

export function words(op: Binary): Build {
  return (e, { rd, rs1, rs2 }) => e.setX32(rd, op(e.b, e.x32(rs1), e.x32(rs2)));
}

export function wordImmediate(op: Binary): Build {
  return (e, { rd, rs1, imm }) => e.setX32(rd, op(e.b, e.x32(rs1), e.b.i32(imm)));
}

export const lui: Build = (e, { rd, imm }) => e.setX(rd, e.b.i64(imm));
export const auipc: Build = (e, { rd, imm }) => e.setX(rd, e.b.add(e.b.pc(e.at), e.b.i64(imm)));

export const jal: Build = (e, { rd, imm }) => e.jump(rd, (e.at + imm) | 0);
export const jalr: Build = (e, insn) => e.jumpTo(insn.rd, insn.rs1, e.b.and(e.address(insn), e.b.i64(-2)));

export function branch(op: Binary): Build {
  return (e, { rs1, rs2, imm }) => e.branch(op(e.b, e.x(rs1), e.x(rs2)), (e.at + imm) | 0);
}

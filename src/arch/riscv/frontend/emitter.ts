// What functions of instructions build with: registers, addresses, and the ends of blocks.

import type { IrBuilder, Value } from "../../../ir/builder.js";
import { HINT_CALL, HINT_JUMP, HINT_RETURN, Ty } from "../../../ir/ops.js";
import { M_FRM, M_FRM_SHIFT, M_PRIV, RV_F, RV_MSTATUS, RV_X } from "../layout.js";
import { helperId } from "./helpers.js";
import type { Insn } from "./insn.js";
import { isLink } from "./registers.js";

const H_ILLEGAL = helperId("riscv_illegal");

export class Emitter {
  /** Displacement of the instruction, and of the next one, from the block's start. */
  at = 0;
  next = 0;
  mode = 0;
  /** The block has its end. */
  ended = false;

  constructor(readonly b: IrBuilder) {}

  begin(mode: number): void {
    this.mode = mode;
    this.next = 0;
    this.ended = false;
  }

  get privilege(): number {
    return this.mode & M_PRIV;
  }

  /** Its value, which may be a reserved one. */
  get frm(): number {
    return (this.mode & M_FRM) >> M_FRM_SHIFT;
  }

  x(register: number): Value {
    return register === 0 ? this.b.i64(0) : this.b.ld(RV_X + 8 * register, Ty.I64);
  }

  /** Low half. */
  x32(register: number): Value {
    return this.b.wrap(this.x(register));
  }

  setX(register: number, value: Value): void {
    if (register !== 0) this.b.st(RV_X + 8 * register, value);
  }

  /** A 32-bit result, which is sign-extended. */
  setX32(register: number, value: Value): void {
    if (register !== 0) this.setX(register, this.b.exts(value));
  }

  f(register: number): Value {
    return this.b.ld(RV_F + 8 * register, Ty.I64);
  }

  setF(register: number, value: Value): void {
    this.b.st(RV_F + 8 * register, value);
  }

  /** A unit is dirty from here on: `field` has its bits in mstatus, all of which say so. */
  dirty(field: number): void {
    const { b } = this;
    b.st(RV_MSTATUS, b.or(b.ld(RV_MSTATUS, Ty.I64), b.i64(field)));
  }

  /** rs1 + imm. */
  address(insn: Insn): Value {
    return this.b.add(this.x(insn.rs1), this.b.i64(insn.imm));
  }

  goto(displacement: number): void {
    this.b.goto(displacement);
    this.ended = true;
  }

  branch(condition: Value, displacement: number): void {
    this.b.branch(condition, displacement, this.next);
    this.ended = true;
  }

  /** JAL (unprivileged 2.5.1: which registers are links). */
  jump(rd: number, displacement: number): void {
    this.setX(rd, this.b.pc(this.next));
    this.b.goto(displacement, isLink(rd) ? HINT_CALL : HINT_JUMP, this.next);
    this.ended = true;
  }

  /** JALR. */
  jumpTo(rd: number, rs1: number, target: Value): void {
    this.setX(rd, this.b.pc(this.next));
    const hint = isLink(rd) ? HINT_CALL : isLink(rs1) ? HINT_RETURN : HINT_JUMP;
    this.b.jump(target, hint, this.next);
    this.ended = true;
  }

  /** A helper that raises an exception, or has set S_PC. */
  leave(helper: number, x: Value = -1, y: Value = -1, z: Value = -1): void {
    this.b.call(helper, x, y, z);
    this.b.exit();
    this.ended = true;
  }

  /** After a helper that sets S_PC to the next instruction: whatever it has changed is looked at before that. */
  look(): void {
    this.b.exit(this.next);
    this.ended = true;
  }

  illegal(insn: Insn): void {
    this.leave(H_ILLEGAL, this.b.u64(insn.raw));
  }
}

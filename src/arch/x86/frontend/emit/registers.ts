// Registers of the instruction being translated, and values of an operand's size.

import type { IrBuilder, Value } from "../../../../ir/builder.js";
import { Ty } from "../../../../ir/ops.js";
import { M_CODE64, X_FPR, X_FTAG, X_FTOP, X_GPR, X_XMM } from "../../layout.js";
import type { Size } from "../flags/sized.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";

const H_FWAIT = helperId("x86_fwait");

export class Registers {
  mode = 0;
  code64 = false;
  insn!: Insn;
  /** No x87 exception is pending: an instruction of this block has made sure, and none since can have left one. */
  private x87Settled = false;
  private readonly wrapFrom = new Int32Array(16);
  private readonly wrapTo = new Int32Array(16);

  constructor(readonly b: IrBuilder) {}

  protected beginRegisters(mode: number): void {
    this.mode = mode;
    this.code64 = (mode & M_CODE64) !== 0;
    this.x87Settled = false;
    for (let reg = 0; reg < 16; reg++) this.wrapFrom[reg] = -1;
  }

  get cpl(): number {
    return (this.mode >> 3) & 3;
  }

  /** A whole 64-bit register. */
  gpr(reg: number): Value {
    return this.b.ld(X_GPR + (reg << 3), Ty.I64);
  }

  protected gpr32(reg: number): Value {
    const full = this.gpr(reg);
    if (this.wrapFrom[reg] === full) return this.wrapTo[reg]!;
    const v = this.b.wrap(full);
    this.wrapFrom[reg] = full;
    this.wrapTo[reg] = v;
    return v;
  }

  /** A register operand; byte registers 4-7 are AH CH DH BH unless the instruction has a REX prefix. */
  readGpr(reg: number, size: Size): Value {
    const b = this.b;
    if (size === 8) return this.gpr(reg);
    if (size === 4) return this.gpr32(reg);
    if (size === 2) return b.zext(this.gpr32(reg), 16);
    if (reg >= 4 && this.insn.rex === 0) return b.zext(b.shru(this.gpr32(reg - 4), b.i32(8)), 8);
    return b.zext(this.gpr32(reg), 8);
  }

  /** Writes a register operand: 4 bytes clear the upper half, 1 and 2 bytes leave the rest. */
  writeGpr(reg: number, size: Size, value: Value): void {
    const b = this.b;
    if (size === 8) {
      b.st(X_GPR + (reg << 3), value);
      return;
    }
    if (size === 4) {
      const full = b.extu(value);
      this.wrapFrom[reg] = full;
      this.wrapTo[reg] = value;
      b.st(X_GPR + (reg << 3), full);
      return;
    }
    const high = size === 1 && reg >= 4 && this.insn.rex === 0;
    const slot = X_GPR + ((high ? reg - 4 : reg) << 3);
    const old = b.ld(slot, Ty.I64);
    let part = b.extu(b.zext(value, size === 2 ? 16 : 8));
    if (high) part = b.shl(part, b.i64(8));
    b.st(slot, b.or(b.and(old, b.i64(size === 2 ? -0x10000 : high ? -0xff01 : -0x100)), part));
  }

  xmm(reg: number): Value {
    return this.b.ld(X_XMM + (reg << 4), Ty.V128);
  }

  setXmm(reg: number, value: Value): void {
    this.b.st(X_XMM + (reg << 4), value);
  }

  mmx(reg: number): Value {
    return this.b.ld(X_FPR + ((reg & 7) << 4), Ty.I64);
  }

  /** Writes an MMX register and does what every MMX instruction does to the x87 state. */
  setMmx(reg: number, value: Value): void {
    const slot = X_FPR + ((reg & 7) << 4);
    this.b.st(slot, value);
    this.b.st(slot + 8, this.b.i32(0xffff));
    this.mmxState();
  }

  /** TOP = 0 and all registers valid: for MMX instructions that write no MMX register (not EMMS). After the last access. */
  mmxState(): void {
    this.b.st(X_FTOP, this.b.i32(0));
    this.b.st(X_FTAG, this.b.i32(0));
  }

  /** #MF for a pending x87 exception, as of every instruction that touches MMX registers, before its memory is looked at (SDM volume 3,
   *  22.18.6). Such instructions leave none themselves, so that one check serves a row of them. */
  pendingX87(): void {
    if (!this.x87Settled) this.b.call(H_FWAIT);
    this.x87Settled = true;
  }

  /** An instruction that may leave an x87 exception pending. */
  x87Unsettled(): void {
    this.x87Settled = false;
  }

  // ---- values of a size -----------------------------------------------------------------------------------------------

  /** A result of arithmetic in I32 cut to the operand size (1, 2); others as they are. */
  trim(v: Value, size: Size): Value {
    return size < 4 ? this.b.zext(v, size === 2 ? 16 : 8) : v;
  }

  /** A value of a size sign-extended within its type. */
  signed(v: Value, size: Size): Value {
    return size === 1 ? this.b.sext(v, 8) : size === 2 ? this.b.sext(v, 16) : v;
  }

  /** A constant of the type that values of a size have; sign-extended from 32 bits. */
  konst(value: number, size: Size): Value {
    return size === 8 ? this.b.i64(value) : this.b.i32(value);
  }

  /** An I32 as a value of a size: zero-extended to I64 for 8. */
  typed(v: Value, size: Size): Value {
    return size === 8 ? this.b.extu(v) : v;
  }

  /** A value of a size as I64, zero-extended. */
  toI64(v: Value, size: Size): Value {
    return size === 8 ? v : this.b.extu(v);
  }

  /** A value of a size from I64 (low bits; not cut to 1, 2 bytes). */
  fromI64(v: Value, size: Size): Value {
    return size === 8 ? v : this.b.wrap(v);
  }

  /** An I64 cut to an operand size. */
  cut(v: Value, size: number): Value {
    return size === 8 ? v : this.b.zext(v, size === 4 ? 32 : 16);
  }
}

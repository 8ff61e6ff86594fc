// Operands of the instruction being translated, by the codes of its row.

import type { IrBuilder, Value } from "../../../../ir/builder.js";
import { MEM_RMW } from "../../../../layout/access.js";
import { DS } from "../../layout.js";
import type { Size } from "../flags/sized.js";
import type { Insn } from "../insn.js";
import {
  K_B,
  K_E,
  K_FIXED,
  K_G,
  K_H,
  K_IMM,
  K_M,
  K_N,
  K_O,
  K_ONE,
  K_P,
  K_Q,
  K_R,
  K_U,
  K_V,
  K_W,
  K_Z,
  SZ_P,
  SZ_V,
  SZ_Y,
  SZ_Z,
} from "../operands.js";
import { Memory } from "./memory.js";

export class Operands extends Memory {
  /** Linear address of the memory operand that readOperand() has read last. */
  rmAddress: Value = -1;

  constructor(
    b: IrBuilder,
    /** Of all rows: four numbers each (DecodeTables.operands). */
    private readonly operands: Int32Array,
  ) {
    super(b);
  }

  /** Size in bytes of operand n of the instruction's row. */
  operandSize(insn: Insn, n: number): Size {
    return resolve(insn, (this.operands[insn.rowIndex * 4 + n]! >> 8) & 0xff) as Size;
  }

  /** Kind (K_*) of operand n. */
  operandKind(insn: Insn, n: number): number {
    return this.operands[insn.rowIndex * 4 + n]! & 0xff;
  }

  protected memorySize(insn: Insn): number {
    const { operands } = this;
    for (let i = insn.rowIndex * 4, end = i + 4; i < end; i++) {
      const kind = operands[i]! & 0xff;
      if (kind === K_E || kind === K_M || kind === K_W || kind === K_Q)
        return resolve(insn, (operands[i]! >> 8) & 0xff);
    }
    return 0;
  }

  /** Linear address of the memory operand; `bytes` defaults to the operand's size. */
  ea(insn: Insn, write = false, bytes = this.memorySize(insn)): Value {
    return this.linear(this.segmentOf(insn), this.offset(insn), bytes, write);
  }

  /** Reads general-register, memory, immediate, MMX and XMM operands by their code. `flags` go to the load. An immediate
   *  is as wide as `size`, by default operand 0. */
  readOperand(insn: Insn, n: number, flags = 0, size: Size = this.operandSize(insn, 0)): Value {
    const code = this.operands[insn.rowIndex * 4 + n]!;
    const bytes = resolve(insn, (code >> 8) & 0xff) as Size;
    switch (code & 0xff) {
      case K_E:
        if (insn.mod === 3) return this.readGpr(insn.rm, bytes);
        this.rmAddress = this.ea(insn, (flags & MEM_RMW) !== 0, bytes);
        return this.load(bytes, this.rmAddress, flags);
      case K_R:
        return this.readGpr(insn.rm, bytes);
      case K_M:
        this.rmAddress = this.ea(insn, (flags & MEM_RMW) !== 0, bytes);
        return this.load(bytes, this.rmAddress, flags);
      case K_G:
        return this.readGpr(insn.reg, bytes);
      case K_B:
        return this.readGpr(insn.vvvv, bytes);
      case K_Z:
        return this.readGpr(insn.rm, bytes);
      case K_FIXED:
        return this.readGpr(code >> 16, bytes);
      case K_IMM:
        return this.imm(insn, size);
      case K_ONE:
        return size === 8 ? this.b.i64(1) : this.b.i32(1);
      case K_O:
        return this.load(bytes, this.moffs(insn, bytes, false), flags);
      case K_V:
        return this.xmm(insn.reg);
      case K_U:
        return this.xmm(insn.rm);
      case K_H:
        return this.xmm(insn.vvvv);
      case K_W:
        return this.readXmmMem(insn);
      case K_P:
        return this.mmx(insn.reg);
      case K_N:
        return this.mmx(insn.rm);
      case K_Q:
        return insn.mod === 3 ? this.mmx(insn.rm) : this.load(8, this.ea(insn, false, 8), flags);
    }
    throw new Error(`${insn.row[1]}: operand ${n} cannot be read`);
  }

  /** Writes general-register, memory, MMX and XMM operands. */
  writeOperand(insn: Insn, n: number, value: Value): void {
    const code = this.operands[insn.rowIndex * 4 + n]!;
    const bytes = resolve(insn, (code >> 8) & 0xff) as Size;
    switch (code & 0xff) {
      case K_E:
        if (insn.mod === 3) this.writeGpr(insn.rm, bytes, value);
        else this.store(bytes, this.ea(insn, true, bytes), value);
        return;
      case K_M:
        this.store(bytes, this.ea(insn, true, bytes), value);
        return;
      case K_R:
      case K_Z:
        this.writeGpr(insn.rm, bytes, value);
        return;
      case K_G:
        this.writeGpr(insn.reg, bytes, value);
        return;
      case K_B:
        this.writeGpr(insn.vvvv, bytes, value);
        return;
      case K_FIXED:
        this.writeGpr(code >> 16, bytes, value);
        return;
      case K_O:
        this.store(bytes, this.moffs(insn, bytes, true), value);
        return;
      case K_V:
        this.setXmm(insn.reg, value);
        return;
      case K_U:
        this.setXmm(insn.rm, value);
        return;
      case K_W:
        if (insn.mod === 3) this.setXmm(insn.rm, value);
        else this.store128(this.ea(insn, true, 16), value, !insn.row[4]?.unaligned);
        return;
      case K_P:
        this.setMmx(insn.reg, value);
        return;
      case K_N:
        this.setMmx(insn.rm, value);
        return;
      case K_Q:
        if (insn.mod === 3) this.setMmx(insn.rm, value);
        else this.store(8, this.ea(insn, true, 8), value);
        return;
    }
    throw new Error(`${insn.row[1]}: operand ${n} cannot be written`);
  }

  /** Writes the operand that readOperand() with MEM_RMW has just read: memory at the address computed there. */
  update(insn: Insn, n: number, value: Value): void {
    const code = this.operands[insn.rowIndex * 4 + n]!;
    const kind = code & 0xff;
    if (insn.mod !== 3 && (kind === K_E || kind === K_M)) {
      this.store(resolve(insn, (code >> 8) & 0xff) as Size, this.rmAddress, value);
    } else this.writeOperand(insn, n, value);
  }

  /** Reads the register or memory operand rm that writeRm() will write: memory is loaded with write permission. */
  readRm(insn: Insn, size: Size): Value {
    if (insn.mod === 3) return this.readGpr(insn.rm, size);
    this.rmAddress = this.ea(insn, true, size);
    return this.load(size, this.rmAddress, MEM_RMW);
  }

  writeRm(insn: Insn, size: Size, value: Value): void {
    if (insn.mod === 3) this.writeGpr(insn.rm, size, value);
    else this.store(size, this.rmAddress, value);
  }

  /** The immediate as a value of a size (zero-extended pattern for 1, 2). */
  imm(insn: Insn, size: Size): Value {
    if (size === 8) return this.b.i64(insn.immLo, insn.immHi);
    return this.b.i32(size === 4 ? insn.immLo : insn.immLo & (size === 2 ? 0xffff : 0xff));
  }

  protected moffs(insn: Insn, bytes: number, write: boolean): Value {
    const segment = insn.segment >= 0 ? insn.segment : DS;
    return this.linear(segment, this.b.i64(insn.immLo, insn.immHi), bytes, write);
  }

  /** The V128 operand rm: register or 16 bytes of memory, aligned unless the row says otherwise. */
  readXmmMem(insn: Insn, aligned = !insn.row[4]?.unaligned): Value {
    return insn.mod === 3 ? this.xmm(insn.rm) : this.load128(this.ea(insn, false, 16), aligned);
  }
}

function resolve(insn: Insn, size: number): number {
  switch (size) {
    case SZ_V:
      return insn.opSize;
    case SZ_Y:
      return insn.opSize === 8 ? 8 : 4;
    case SZ_Z:
      return insn.opSize === 2 ? 2 : 4;
    case SZ_P:
      return insn.opSize + 2;
  }
  return size;
}

// What a semantic function builds IR with: registers, memory and operands of the instruction being translated, flags,
// exceptions and control flow. One Emitter translates one block after another.
//
// Values: operands of 1, 2 and 4 bytes are I32, zero-extended; of 8 bytes I64; of 16 bytes V128. Addresses are I64 linear.
// Precise state: read operands, compute, touch memory, and only then write registers and flags.

import type { IrBuilder, Value } from "../../../ir/builder.js";
import { HINT_JUMP, PcWidth, Ty } from "../../../ir/ops.js";
import { MEM_ALIGN, MEM_RMW } from "../../../layout/access.js";
import { MODE_ONE_INSN, S_CODE_BASE, S_PC } from "../../../layout/vcpu.js";
import {
  CS,
  DS,
  EXC_HAS_ERROR,
  EXC_SOFT,
  EXC_TRAP,
  FS,
  GS,
  M_AC,
  M_CODE_LIMIT,
  M_CODE_SHORT,
  M_CODE64,
  M_DEBUG,
  M_FLAT,
  M_NULL_FS,
  M_NULL_GS,
  M_SEGCHECK,
  M_SS32,
  M_TF,
  RSP,
  SEG_BASE,
  SEG_STRIDE,
  SEG_WRITE,
  SS,
  X_FPR,
  X_FTAG,
  X_FTOP,
  X_GPR,
  X_SEG,
  X_XMM,
} from "../layout.js";
import { Flags } from "./flags/flags.js";
import type { Size } from "./flags/sized.js";
import { helperId } from "./helpers.js";
import type { Insn } from "./insn.js";
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
} from "./operands.js";

export type { Size } from "./flags/sized.js";

const H_RAISE = helperId("x86_raise");
const H_UNDEFINED = helperId("x86_undefined");
const H_SINGLE_STEP = helperId("x86_single_step");
const H_SEG_CHECK = helperId("x86_seg_check");
const H_CODE_LIMIT = helperId("x86_code_limit");
const H_NEAR_TARGET = helperId("x86_near_target");
const H_FWAIT = helperId("x86_fwait");
const H_DEBUG_INSN = helperId("x86_debug_insn");
const H_DEBUG_DATA = helperId("x86_debug_data");

/** Bytes of code that one look at the end of CS serves. Within so many bytes of it instructions are executed one at a time. */
const LIMIT_WINDOW = 128;

const LOG2 = [0, 0, 1, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4];

export const EXC_DE = 0;
export const EXC_UD = 6;
export const EXC_NM = 7;
export const EXC_SS = 12;
export const EXC_GP = 13;

export class Emitter {
  readonly flags: Flags;
  mode = 0;
  code64 = false;
  insn!: Insn;
  /** A terminator has been built. */
  ended = false;
  /** Linear address of the memory operand that readOperand() has read last. */
  rmAddress: Value = -1;
  /** POP m: what RSP counts as in an address, while it has not been written (else -1). */
  stackPointer: Value = -1;
  /** Bytes of the block's page, for undefined(). */
  private code!: Uint8Array;
  private codeStart = 0;
  /** No x87 exception is pending: an instruction of this block has made sure, and none since can have left one. */
  private x87Settled = false;
  /** Displacement up to which the code has been looked at to lie within CS. */
  private withinCode = 0;
  private readonly wrapFrom = new Int32Array(16);
  private readonly wrapTo = new Int32Array(16);

  constructor(
    readonly b: IrBuilder,
    /** Of all rows: four numbers each (DecodeTables.operands). */
    private readonly operands: Int32Array,
  ) {
    this.flags = new Flags(b);
  }

  begin(code: Uint8Array, codeStart: number, mode: number, entry: number): void {
    this.code = code;
    this.codeStart = codeStart;
    this.mode = mode;
    this.code64 = (mode & M_CODE64) !== 0;
    this.ended = false;
    this.stackPointer = -1;
    this.x87Settled = false;
    this.withinCode = 0;
    for (let reg = 0; reg < 16; reg++) this.wrapFrom[reg] = -1;
    this.flags.begin(entry);
  }

  get cpl(): number {
    return (this.mode >> 3) & 3;
  }

  // ---- general registers --------------------------------------------------------------------------------------------

  /** A whole 64-bit register. */
  gpr(reg: number): Value {
    return this.b.ld(X_GPR + (reg << 3), Ty.I64);
  }

  private gpr32(reg: number): Value {
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

  // ---- memory ---------------------------------------------------------------------------------------------------------

  /** Effective address of the memory operand: offset in its segment, I64, cut to the address size. */
  offset(insn: Insn): Value {
    const b = this.b;
    if (insn.addrSize === 8) {
      if (insn.ripRelative) return b.add(b.pc(insn.start + insn.length), b.i64(insn.disp));
      let v = -1;
      if (insn.base >= 0) v = insn.base === 4 && this.stackPointer >= 0 ? this.stackPointer : this.gpr(insn.base);
      if (insn.index >= 0) {
        let index = this.gpr(insn.index);
        if (insn.scale > 0) index = b.shl(index, b.i64(insn.scale));
        v = v >= 0 ? b.add(v, index) : index;
      }
      const disp = b.i64(insn.disp);
      return v >= 0 ? b.add(v, disp) : disp;
    }
    if (insn.ripRelative) return b.zext(b.add(b.pc(insn.start + insn.length), b.i64(insn.disp)), 32);
    let v = -1;
    if (insn.base >= 0) {
      v = insn.base === 4 && this.stackPointer >= 0 ? b.wrap(this.stackPointer) : this.gpr32(insn.base);
    }
    if (insn.index >= 0) {
      let index = this.gpr32(insn.index);
      if (insn.scale > 0) index = b.shl(index, b.i32(insn.scale));
      v = v >= 0 ? b.add(v, index) : index;
    }
    const disp = b.i32(insn.disp);
    v = v >= 0 ? b.add(v, disp) : disp;
    return b.extu(insn.addrSize === 2 ? b.zext(v, 16) : v);
  }

  /** Segment of the memory operand. */
  segmentOf(insn: Insn): number {
    if (insn.segment >= 0) return insn.segment;
    return insn.base === 4 || insn.base === 5 ? SS : DS;
  }

  /** Linear address of `offset` in a segment, for an access of `bytes`. */
  linear(segment: number, offset: Value, bytes: number, write: boolean): Value {
    const address = this.linearUnwatched(segment, offset, bytes, write);
    if (this.mode & M_DEBUG && bytes > 0) {
      this.b.call(H_DEBUG_DATA, address, this.b.i64(bytes), this.b.i64(write ? 1 : 0));
    }
    return address;
  }

  private linearUnwatched(segment: number, offset: Value, bytes: number, write: boolean): Value {
    const b = this.b;
    if (this.code64) return segment >= FS ? b.add(b.ld(segmentBase(segment), Ty.I64), offset) : offset;
    const nullBit = segment === FS ? M_NULL_FS : segment === GS ? M_NULL_GS : 0;
    if (this.mode & (M_SEGCHECK | nullBit) && bytes > 0) {
      b.call(H_SEG_CHECK, b.i64(segment | (bytes << 8) | (write ? SEG_WRITE : 0)), offset);
    }
    if (segment === CS) return b.zext(b.add(b.ld(S_CODE_BASE, Ty.I64), offset), 32);
    if (this.mode & M_FLAT && segment < FS) return offset;
    return b.zext(b.add(b.ld(segmentBase(segment), Ty.I64), offset), 32);
  }

  /** Linear address of the memory operand; `bytes` defaults to the operand's size. */
  ea(insn: Insn, write = false, bytes = this.memorySize(insn)): Value {
    return this.linear(this.segmentOf(insn), this.offset(insn), bytes, write);
  }

  /** Loads 1, 2, 4 bytes as I32 or 8 as I64; `flags`: MEM_SIGNED, MEM_RMW. */
  load(size: Size, address: Value, flags = 0): Value {
    return this.b.load(size === 8 ? Ty.I64 : Ty.I32, address, this.word(size) | flags);
  }

  /** Loads 1, 2, 4 or 8 bytes as I64. */
  loadWide(size: Size, address: Value, flags = 0): Value {
    return this.b.load(Ty.I64, address, this.word(size) | flags);
  }

  store(size: Size, address: Value, value: Value): void {
    this.b.store(address, value, this.word(size));
  }

  /** 16 bytes; `aligned`: #GP(0) unless on a multiple of 16. */
  load128(address: Value, aligned: boolean): Value {
    return this.b.load(Ty.V128, address, 4 | (aligned ? MEM_ALIGN : 0));
  }

  store128(address: Value, value: Value, aligned: boolean): void {
    this.b.store(address, value, 4 | (aligned ? MEM_ALIGN : 0));
  }

  private word(size: Size): number {
    return LOG2[size]! | (this.mode & M_AC && size > 1 ? MEM_ALIGN : 0);
  }

  // ---- operands -------------------------------------------------------------------------------------------------------

  /** Size in bytes of operand n of the instruction's row. */
  operandSize(insn: Insn, n: number): Size {
    return resolve(insn, (this.operands[insn.rowIndex * 4 + n]! >> 8) & 0xff) as Size;
  }

  /** Kind (K_*) of operand n. */
  operandKind(insn: Insn, n: number): number {
    return this.operands[insn.rowIndex * 4 + n]! & 0xff;
  }

  private memorySize(insn: Insn): number {
    const { operands } = this;
    for (let i = insn.rowIndex * 4, end = i + 4; i < end; i++) {
      const kind = operands[i]! & 0xff;
      if (kind === K_E || kind === K_M || kind === K_W || kind === K_Q)
        return resolve(insn, (operands[i]! >> 8) & 0xff);
    }
    return 0;
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

  /** The immediate as a value of a size (zero-extended pattern for 1, 2). */
  imm(insn: Insn, size: Size): Value {
    if (size === 8) return this.b.i64(insn.immLo, insn.immHi);
    return this.b.i32(size === 4 ? insn.immLo : insn.immLo & (size === 2 ? 0xffff : 0xff));
  }

  private moffs(insn: Insn, bytes: number, write: boolean): Value {
    const segment = insn.segment >= 0 ? insn.segment : DS;
    return this.linear(segment, this.b.i64(insn.immLo, insn.immHi), bytes, write);
  }

  // ---- vector registers -----------------------------------------------------------------------------------------------

  xmm(reg: number): Value {
    return this.b.ld(X_XMM + (reg << 4), Ty.V128);
  }

  setXmm(reg: number, value: Value): void {
    this.b.st(X_XMM + (reg << 4), value);
  }

  /** The V128 operand rm: register or 16 bytes of memory, aligned unless the row says otherwise. */
  readXmmMem(insn: Insn, aligned = !insn.row[4]?.unaligned): Value {
    return insn.mod === 3 ? this.xmm(insn.rm) : this.load128(this.ea(insn, false, 16), aligned);
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

  // ---- stack ------------------------------------------------------------------------------------------------------------

  /** Size of the stack pointer in use: 8, 4 or 2. */
  get stackSize(): Size {
    return this.code64 ? 8 : this.mode & M_SS32 ? 4 : 2;
  }

  /** RSP plus a displacement, as the full register value it would get. */
  stackAt(displacement: number): Value {
    const b = this.b;
    const rsp = b.ld(RSP, Ty.I64);
    if (displacement === 0) return rsp;
    const size = this.stackSize;
    if (size === 8) return b.add(rsp, b.i64(displacement));
    if (size === 4) return b.extu(b.add(this.gpr32(4), b.i32(displacement)));
    const low = b.extu(b.zext(b.add(this.gpr32(4), b.i32(displacement)), 16));
    return b.or(b.and(rsp, b.i64(-0x10000)), low);
  }

  /** Linear address for a stack access at a full stack pointer value. */
  stackAddress(rsp: Value, bytes: number, write: boolean): Value {
    const size = this.stackSize;
    const offset = size === 8 ? rsp : this.b.zext(rsp, size === 4 ? 32 : 16);
    return this.linear(SS, offset, bytes, write);
  }

  /** Makes sure that a byte of the stack can be written (ENTER). That is no access to data breakpoints. */
  probeStack(rsp: Value): void {
    const size = this.stackSize;
    const offset = size === 8 ? rsp : this.b.zext(rsp, size === 4 ? 32 : 16);
    this.load(1, this.linearUnwatched(SS, offset, 1, true), MEM_RMW);
  }

  setStackPointer(rsp: Value): void {
    this.b.st(RSP, rsp);
  }

  push(value: Value, size: Size): void {
    const rsp = this.stackAt(-size);
    this.store(size, this.stackAddress(rsp, size, true), value);
    this.setStackPointer(rsp);
  }

  /** Loads from the top of the stack; the caller moves RSP (setStackPointer(stackAt(size))) after its last access. */
  top(size: Size): Value {
    return this.load(size, this.stackAddress(this.stackAt(0), size, false));
  }

  pop(size: Size): Value {
    const value = this.top(size);
    this.setStackPointer(this.stackAt(size));
    return value;
  }

  // ---- flags --------------------------------------------------------------------------------------------------------------

  /** Condition code 0-15 as I32 0/1. */
  condition(cc: number): Value {
    return this.flags.condition(cc);
  }

  // ---- exceptions, helpers --------------------------------------------------------------------------------------------------

  call(id: number, x: Value = -1, y: Value = -1, z: Value = -1): Value {
    return this.b.call(id, x, y, z);
  }

  /** Raises an exception at this instruction and ends the block. Without `error`, none is pushed; `flags`: EXC_*. */
  raise(vector: number, error = -1, flags = 0): void {
    const b = this.b;
    const kind = flags | (error >= 0 ? EXC_HAS_ERROR : 0);
    const next = flags & (EXC_SOFT | EXC_TRAP) ? this.next() : -1;
    b.call(H_RAISE, b.i64(vector | (kind << 8)), b.i64(Math.max(0, error)), next);
    this.stop();
  }

  /** #UD for an instruction that does not exist, logged once for the same bytes. */
  undefined(): void {
    const b = this.b;
    const { start, length } = this.insn;
    let lo = 0;
    let hi = 0;
    for (let i = 0; i < 8 && i < length; i++) {
      const byte = this.code[this.codeStart + start + i]! | 0;
      if (i < 4) lo |= byte << (i * 8);
      else hi |= byte << (i * 8 - 32);
    }
    b.call(H_UNDEFINED, b.i64(lo, hi), b.i64(length));
    this.stop();
  }

  /** While hardware breakpoints are on: #DB for one on this instruction, before anything else of it. */
  breakpoint(): void {
    if (!(this.mode & M_DEBUG)) return;
    const b = this.b;
    const pc = this.pcAt(this.insn.start);
    b.call(H_DEBUG_INSN, this.code64 ? pc : b.zext(b.add(b.ld(S_CODE_BASE, Ty.I64), pc), 32));
  }

  /** #GP(0) for an instruction that does not lie within CS, before it is looked at. */
  codeLimit(): void {
    if (!(this.mode & M_CODE_LIMIT)) return;
    const { start, length } = this.insn;
    if (start + length <= this.withinCode) return;
    const b = this.b;
    const alone = (this.mode & (MODE_ONE_INSN | M_TF | M_DEBUG)) !== 0;
    const bytes = alone ? length : LIMIT_WINDOW;
    b.call(H_CODE_LIMIT, this.pcAt(start), b.i64(bytes), b.i64(alone ? 1 : 0));
    this.withinCode = start + bytes;
  }

  // ---- control flow ---------------------------------------------------------------------------------------------------------

  /** Displacement of the next instruction from the block's start. */
  get nextDisplacement(): number {
    return this.insn.start + this.insn.length;
  }

  /** RIP after this instruction (I64). */
  next(): Value {
    return this.pcAt(this.nextDisplacement);
  }

  /** RIP of a displacement from the block's start, cut to the width of RIP in this mode (I64). */
  pcAt(displacement: number): Value {
    const b = this.b;
    const near = displacement === (displacement | 0);
    // Past 2 GiB: in two steps.
    const pc = near
      ? b.pc(displacement)
      : b.add(b.add(b.pc(0), b.i64(Math.trunc(displacement / 2))), b.i64(displacement - Math.trunc(displacement / 2)));
    return this.code64 ? pc : this.b.zext(pc, 32);
  }

  /** EIP has 32 bits in 16-bit code too, which goes on past FFFFh in sequence: only taken branches cut it to their operand size. */
  get pcWidth(): PcWidth {
    return this.code64 ? PcWidth.W64 : PcWidth.W32;
  }

  /** Whether a branch cannot be a displacement: single-step, a target that is cut, and may so lie 64 KiB lower, or too far. */
  private indirect(displacement: number, size: number): boolean {
    return (this.mode & (M_TF | M_DEBUG)) !== 0 || displacement !== (displacement | 0) || size === 2;
  }

  /** #GP(0) for a near branch of an operand size that leads out of CS, if `condition` holds: before anything but memory is written. A return
   *  address is in memory by then, as on Intel's processors. */
  nearTarget(target: Value, size: number, condition = -1): void {
    if (!(this.mode & (size === 2 ? M_CODE_SHORT : M_CODE_LIMIT))) return;
    const { b } = this;
    b.call(H_NEAR_TARGET, target, condition < 0 ? b.i64(1) : b.extu(condition));
  }

  /** As nearTarget(), for a displacement. */
  nearDisplacement(displacement: number, size: number, condition = -1): void {
    if (this.mode & M_CODE_LIMIT) this.nearTarget(this.cut(this.pcAt(displacement), size), size, condition);
  }

  /** Near jump to a displacement from the block's start; `size` is the operand size, which cuts the target. */
  goto(displacement: number, size = 8, hint = HINT_JUMP): void {
    if (this.indirect(displacement, size)) {
      this.jump(this.cut(this.pcAt(displacement), size), hint);
      return;
    }
    this.b.goto(displacement, hint, this.nextDisplacement);
    this.ended = true;
  }

  branch(condition: Value, displacement: number, size = 8): void {
    const next = this.nextDisplacement;
    if (this.indirect(displacement, size)) {
      const target = this.cut(this.pcAt(displacement), size);
      this.jump(this.b.select(condition, target, this.pcAt(next)));
      return;
    }
    this.b.branch(condition, displacement, next);
    this.ended = true;
  }

  /** Near jump to a full RIP value (I64, cut by the caller). */
  jump(target: Value, hint = HINT_JUMP): void {
    if (this.mode & (M_TF | M_DEBUG)) this.step(target);
    else this.b.jump(target, hint, this.nextDisplacement);
    this.ended = true;
  }

  /** An I64 cut to an operand size. */
  cut(v: Value, size: number): Value {
    return size === 8 ? v : this.b.zext(v, size === 4 ? 32 : 16);
  }

  /** Ends the block where a helper has set S_PC. With EFLAGS.TF set at the instruction's start it is followed by the
   *  single-step trap, unless `trap` is false (SYSCALL and others that do not trap). */
  exit(trap = true): void {
    if (this.mode & M_TF && trap) this.b.call(H_SINGLE_STEP, this.b.i64(0), this.b.i64(1));
    this.stop();
  }

  /** Ends the block after an instruction that goes on to the next one, by way of the dispatcher: state that translation
   *  depends on may have changed. */
  exitNext(): void {
    this.b.st(S_PC, this.next());
    this.exit();
  }

  private step(target: Value): void {
    if (this.mode & M_TF) this.b.call(H_SINGLE_STEP, target, this.b.i64(0));
    else this.b.st(S_PC, target);
    this.b.exit();
  }

  private stop(): void {
    this.b.exit();
    this.ended = true;
  }
}

function segmentBase(segment: number): number {
  return X_SEG + segment * SEG_STRIDE + SEG_BASE;
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

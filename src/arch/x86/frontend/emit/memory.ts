// Accesses to memory: addresses in segments, loads and stores, the stack.

import type { Value } from "../../../../ir/builder.js";
import { Ty } from "../../../../ir/ops.js";
import { MEM_ALIGN, MEM_RMW } from "../../../../layout/access.js";
import { S_CODE_BASE } from "../../../../layout/vcpu.js";
import {
  CS,
  DS,
  FS,
  GS,
  M_AC,
  M_DEBUG,
  M_FLAT,
  M_NULL_FS,
  M_NULL_GS,
  M_SEGCHECK,
  M_SS32,
  RSP,
  SEG_BASE,
  SEG_STRIDE,
  SEG_WRITE,
  SS,
  X_SEG,
} from "../../layout.js";
import type { Size } from "../flags/sized.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";
import { Registers } from "./registers.js";

const H_SEG_CHECK = helperId("x86_seg_check");
const H_DEBUG_DATA = helperId("x86_debug_data");
const LOG2 = [0, 0, 1, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4];

export class Memory extends Registers {
  /** POP m: what RSP counts as in an address, while it has not been written (else -1). */
  stackPointer: Value = -1;

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

  protected linearUnwatched(segment: number, offset: Value, bytes: number, write: boolean): Value {
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

  protected word(size: Size): number {
    return LOG2[size]! | (this.mode & M_AC && size > 1 ? MEM_ALIGN : 0);
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
}

function segmentBase(segment: number): number {
  return X_SEG + segment * SEG_STRIDE + SEG_BASE;
}

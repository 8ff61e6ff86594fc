// What ends an instruction in other ways than the next one: branches, exceptions, helpers that have set the program counter.

import type { Value } from "../../../../ir/builder.js";
import { HINT_JUMP, PcWidth, Ty } from "../../../../ir/ops.js";
import { MODE_ONE_INSN, S_CODE_BASE, S_PC } from "../../../../layout/vcpu.js";
import { EXC_HAS_ERROR, EXC_SOFT, EXC_TRAP, M_CODE_LIMIT, M_CODE_SHORT, M_DEBUG, M_TF } from "../../layout.js";
import { helperId } from "../helpers.js";
import { Operands } from "./operands.js";

const H_RAISE = helperId("x86_raise");
const H_UNDEFINED = helperId("x86_undefined");
const H_SINGLE_STEP = helperId("x86_single_step");
const H_CODE_LIMIT = helperId("x86_code_limit");
const H_NEAR_TARGET = helperId("x86_near_target");
const H_DEBUG_INSN = helperId("x86_debug_insn");

/** Bytes of code that one look at the end of CS serves. Within so many bytes of it instructions are executed one at a time. */
const LIMIT_WINDOW = 128;

export const EXC_DE = 0;
export const EXC_UD = 6;
export const EXC_NM = 7;
export const EXC_SS = 12;
export const EXC_GP = 13;

export class Control extends Operands {
  /** A terminator has been built. */
  ended = false;
  /** Bytes of the block's page, for undefined(). */
  private code!: Uint8Array;
  private codeStart = 0;
  /** Displacement up to which the code has been looked at to lie within CS. */
  private withinCode = 0;

  protected beginControl(code: Uint8Array, codeStart: number): void {
    this.code = code;
    this.codeStart = codeStart;
    this.ended = false;
    this.withinCode = 0;
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
  protected indirect(displacement: number, size: number): boolean {
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

  protected step(target: Value): void {
    if (this.mode & M_TF) this.b.call(H_SINGLE_STEP, target, this.b.i64(0));
    else this.b.st(S_PC, target);
    this.b.exit();
  }

  protected stop(): void {
    this.b.exit();
    this.ended = true;
  }

  // ---- exceptions -----------------------------------------------------------------------------------------------------------

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
}

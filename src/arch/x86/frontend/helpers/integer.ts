// Helpers of the general-purpose instructions: core/arch/x86/integer/*.ts.

import { type HelperDef, helper, pure, type SlotRange } from "../../../../ir/helpers.js";
import { S_RET2 } from "../../../../layout/vcpu.js";
import {
  RAX,
  RCX,
  RDI,
  RDX,
  RSI,
  X_A20_OFF,
  X_CC_OP,
  X_CC_SRC,
  X_DF,
  X_DR,
  X_DR_HIT,
  X_FPR,
  X_REPEATING,
  X_SEG,
} from "../../layout.js";

/** The lazy flags: CC_SRC, CC_DST, CC_SRC2, CC_OP. */
export const CC_RANGE: SlotRange = [X_CC_SRC, X_CC_OP + 4];
const RET2: SlotRange = [S_RET2, S_RET2 + 8];
const gpr = (slot: number): SlotRange => [slot, slot + 8];
const SEGMENTS: SlotRange = [X_SEG, X_SEG + 6 * 32];
/** Hits of data breakpoints. */
const WATCH: SlotRange = [X_DR_HIT, X_FPR];
/** A repetition that goes on. */
const REPEATING: SlotRange = [X_REPEATING, X_REPEATING + 4];
const STRING_READS: readonly SlotRange[] = [
  [X_DR, X_FPR],
  gpr(RAX),
  gpr(RCX),
  gpr(RSI),
  gpr(RDI),
  [X_DF, X_DF + 4],
  SEGMENTS,
];

export const INTEGER_HELPERS: readonly HelperDef[] = [
  // (condition code 0-15) -> 0/1, for any CC_OP.
  helper("x86_cond", { reads: [CC_RANGE] }),
  // () -> CF PF AF ZF SF OF as in EFLAGS.
  helper("x86_flags", { reads: [CC_RANGE] }),
  // (vector | EXC_* << 8, error code, next RIP): sets the pending exception and faults.
  helper("x86_raise", { writes: "all", fault: true }),
  // (first 8 bytes of the instruction, its length): #UD, logged once for the same bytes.
  helper("x86_undefined", { writes: "all", fault: true, exact: true }),
  // (next RIP, 1: S_PC holds it already): sets RIP and the pending single-step trap. Not exact, as that would set S_PC back.
  helper("x86_single_step", { writes: [[X_DR_HIT, X_A20_OFF]] }),
  // (segment | bytes << 8 | write << 16, offset): limit and type checks; #GP(0) or #SS(0).
  helper("x86_seg_check", { reads: [SEGMENTS], writes: [], fault: true }),
  // (EIP, bytes of code from there on, 1: they are one instruction): #GP(0) where they go beyond CS; more than one are executed one at a time.
  helper("x86_code_limit", { reads: [SEGMENTS], writes: [], fault: true }),
  // (EIP a near branch leads to, condition): #GP(0) where that is taken, and beyond CS.
  helper("x86_near_target", { reads: [SEGMENTS], writes: [], fault: true }),

  // (dividend low, dividend high, divisor) -> quotient, S_RET2 remainder; #DE.
  helper("x86_divu64", { writes: [RET2], fault: true }),
  helper("x86_divs64", { writes: [RET2], fault: true }),
  // (dividend of twice the size, zero/sign-extended to 64 bits; divisor, likewise; size in bytes 1 2 4).
  helper("x86_divu", { writes: [RET2], fault: true }),
  helper("x86_divs", { writes: [RET2], fault: true }),
  // (value, count, size in bytes | carry << 8) -> result, S_RET2 flags to set: CF in bit 0, OF in bit 11.
  helper("x86_rcl", { writes: [RET2] }),
  helper("x86_rcr", { writes: [RET2] }),
  pure("x86_pdep"),
  pure("x86_pext"),
  // (CRC, data, size in bytes)
  pure("x86_crc32"),
  // (AX, EFLAGS, kind or immediate) -> AX, S_RET2 EFLAGS
  helper("x86_bcd", { writes: [RET2] }),
  // (linear address) -> 1 if equal and stored, else 0 with RDX:RAX loaded.
  helper("x86_cmpxchg16b", { reads: "all", writes: [gpr(RAX), gpr(RDX)], fault: true }),
  // (index, lower, upper): #BR when out of bounds
  helper("x86_bound", { fault: true }),

  // Repeated string instructions: (STR_* word) -> 1 while there is more to do.
  helper("x86_rep_movs", {
    reads: STRING_READS,
    writes: [gpr(RCX), gpr(RSI), gpr(RDI), WATCH, REPEATING],
    fault: true,
  }),
  helper("x86_rep_stos", { reads: STRING_READS, writes: [gpr(RCX), gpr(RDI), WATCH, REPEATING], fault: true }),
  helper("x86_rep_lods", {
    reads: STRING_READS,
    writes: [gpr(RAX), gpr(RCX), gpr(RSI), WATCH, REPEATING],
    fault: true,
  }),
  helper("x86_rep_cmps", {
    reads: STRING_READS,
    writes: [gpr(RCX), gpr(RSI), gpr(RDI), CC_RANGE, WATCH, REPEATING],
    fault: true,
  }),
  helper("x86_rep_scas", {
    reads: STRING_READS,
    writes: [gpr(RCX), gpr(RDI), CC_RANGE, WATCH, REPEATING],
    fault: true,
  }),

  // (next RIP): #OF when OF is set.
  helper("x86_into", { reads: [CC_RANGE], fault: true }),

  // () -> time stamp counter; #GP(0) where CR4.TSD forbids it
  helper("x86_rdtsc", { reads: "all", fault: true, exact: true }),
  // () -> 64 random bits
  helper("x86_random", {}),
];

// The intermediate representation: one straight-line list of nodes a block, each node one value (SSA by construction:
// a value is the index of its node), ended by one terminator. No guest and no back end is known here.
//
// A node has an operation, a type, up to four operands a b c d and the index of its guest instruction in the block
// ("pos"). Slots are byte offsets into the CPU state; a slot is always accessed with one type. Booleans are i32 0/1.
// Shift and rotate counts are taken modulo the width. Memory operations and calls are kept in order; everything else
// may move or vanish. Guest state must be exact before every node that may fault: an instruction computes into values,
// touches memory, then stores slots.

export enum Ty {
  I32 = 0,
  I64 = 1,
  F32 = 2,
  F64 = 3,
  V128 = 4,
  VOID = 5,
}

export enum Op {
  NOP = 0,
  /** a = low 32 bits, b = high 32 bits (I64). F32/F64 as bit patterns. */
  CONST,
  /** a = index into IrBlock.vconsts (V128). */
  VCONST,
  /** a = slot. */
  LD,
  /** a = slot, b = value. */
  ST,
  /** I64: program counter of the block's start + a (signed 32-bit), not masked. */
  PC,

  // binary, I32 or I64: a, b
  ADD,
  SUB,
  MUL,
  AND,
  OR,
  XOR,
  SHL,
  SHRU,
  SHRS,
  ROTL,
  ROTR,
  /** High 64 bits of the 128-bit product (I64 only). */
  MULHU,
  MULHS,
  // comparisons: operands of type `ty`, result I32 0/1: a, b
  EQ,
  NE,
  LTU,
  LTS,
  LEU,
  LES,

  // unary: a
  CLZ,
  CTZ,
  POPCNT,
  BSWAP,
  /** Sign-extend the low 8, 16, 32 (I64 only) bits. */
  EXT8S,
  EXT16S,
  EXT32S,
  /** I64 to I32. */
  WRAP,
  /** I32 to I64. */
  EXTU,
  EXTS,

  /** a if c is not 0, else b. `ty` is the type of a and b. */
  SELECT,

  /** Guest memory: a = address (I64), c = memory word (MEM_*), d = displacement (signed 32-bit). Narrow loads
   *  zero-extend unless MEM_SIGNED. May fault. */
  LOAD,
  /** a = address, b = value, c = memory word, d = displacement. May fault. */
  STORE,

  /** One access that no other CPU comes between, all I64: a = address, b = value, c = memory word with ATOMIC_*, d = what ATOMIC_CAS
   *  expects; b, d: -1 where absent. Result: what memory held, zero-extended (ATOMIC_STORE_EXCLUSIVE: see there). May fault. */
  ATOMIC,
  /** No access moves from one side to the other, for whoever looks from another CPU. */
  FENCE,

  /** a = helper (index in the guest's helper table); b, c, d = arguments in the helper's order, -1 where absent. */
  CALL,

  /** Operations named by WebAssembly's numeric and SIMD opcodes (src/ir/wasm-ops.ts): a = opcode, b, c = operands,
   *  d = lane immediate or third operand. */
  W,
  /** 16 byte indices: a = index into IrBlock.vconsts, b, c = operands. */
  SHUFFLE,

  // ---- terminators: the last node --------------------------------------------------------------------------------
  /** Next program counter is start + a. b = HINT_*, c = return displacement for HINT_CALL. */
  GOTO,
  /** a = condition (I32); b = displacement if not 0, c = displacement if 0. */
  BRANCH,
  /** a = next program counter (I64, complete). b = HINT_*, c = return displacement for HINT_CALL. */
  JUMP,
  /** The program counter slot holds the next program counter already (a helper set it): to the dispatcher. Where b is 1 it is start + a,
   *  and a region may go on there itself when it has looked whether the dispatcher has anything to do. */
  EXIT,
}

export const HINT_JUMP = 0;
export const HINT_CALL = 1;
export const HINT_RETURN = 2;

/** How the next program counter is truncated. */
export enum PcWidth {
  W64 = 0,
  W32 = 1,
}

export function isTerminator(op: Op): boolean {
  return op >= Op.GOTO;
}

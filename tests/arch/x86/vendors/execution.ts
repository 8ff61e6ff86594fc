// One execution of one instruction as the table of vendors sees it, whatever the test keeps its states in.

import type { X86Insn } from "../../../../src/arch/x86/frontend/decoder.js";

/** General registers, memory and vectors of 64-bit code before or after an instruction. */
export interface State {
  gpr(n: number): bigint;
  setGpr(n: number, value: bigint): void;
  /** Arithmetic flags. */
  flags(): number;
  /** Replaces the flags in `mask`. */
  setFlags(mask: number, value: number): void;
  /** The 32-bit words of an XMM register; what is written to them is written to the register. */
  xmm(n: number): Uint32Array;
  mxcsr(): number;
  /** Little-endian, `size` bytes. */
  read(address: bigint, size: number): bigint;
  write(address: bigint, size: number, value: bigint): void;
  /** The instruction ended in an exception with the program counter at `rip`. */
  fault(vector: number, error: number, rip: bigint): void;
  /** The instruction led to `rip`, and what is there ended the case. */
  goto(rip: bigint): void;
}

export interface Execution {
  name: string;
  insn: X86Insn;
  /** 64-bit code. */
  code64: boolean;
  /** Its address and its bytes, and what follows them. */
  at: bigint;
  code: Uint8Array;
  before: State;
  after: State;
  /** It ended with an exception of its own. */
  faulted: boolean;
  /** The vector of one that left the program counter at the instruction, where the test knows it. */
  refused?: number | undefined;
}

const U64 = (1n << 64n) - 1n;

const MASKS = { 2: 0xffffn, 4: 0xffffffffn, 8: U64 };

/** Address of a memory operand in a segment with base 0. */
export function operandAddress({ insn, at, before }: Execution): bigint {
  let address = BigInt(insn.disp);
  if (insn.ripRelative) address += at + BigInt(insn.length);
  if (insn.base >= 0) address += before.gpr(insn.base);
  if (insn.index >= 0) address += before.gpr(insn.index) << BigInt(insn.scale);
  return address & MASKS[insn.addrSize];
}

/** The operand in a general register or memory. */
export function readRm(x: Execution, size: number): bigint {
  if (x.insn.mod !== 3) return x.before.read(operandAddress(x), size);
  return BigInt.asUintN(8 * size, x.before.gpr(x.insn.rm));
}

/** Writes 16 bits to the operand in a general register or memory. */
export function writeRm16(x: Execution, value: bigint): void {
  if (x.insn.mod !== 3) x.after.write(operandAddress(x), 2, value);
  else x.after.setGpr(x.insn.rm, (x.before.gpr(x.insn.rm) & ~0xffffn) | value);
}

// Where things lie for the loops that run an instruction over many operand sets, natively and on the engine alike (loop.c
// knows the addresses too), and how an operand set and an outcome are laid out.

import { CODE, DATA } from "../corpus/state.js";

/** The instruction's own address: generated encodings with RIP-relative operands are made for this place. */
export const INSTRUCTION = CODE + 0x100;

// Variables of the loop, below the memory that generated encodings address.
/** The present operand set and outcome (u64 each), and how many are left (u32). */
export const V_IN = DATA + 0x10;
export const V_OUT = DATA + 0x18;
export const V_COUNT = DATA + 0x20;
export const V_RAX = DATA + 0x28;
/** What the reader of a condition found. */
export const V_TAKEN = DATA + 0x30;
export const STACK_TOP = DATA + 0x800;

/** Operand sets and outcomes: a megabyte each. */
export const BULK = 0x30200000;
export const AREA = 0x100000;
export const INPUT = BULK;
export const OUTPUT = BULK + AREA;

/** State an instruction works on besides general registers and flags: nothing, XMM registers, or those and the x87's. */
export type State = "gpr" | "xmm" | "fx";

// An operand set.
export const IN_GPR = 0;
export const IN_FLAGS = 128;
export const IN_MXCSR = 136;
/** Operands of the instruction that sets the flags, where they are not loaded. */
export const IN_A = 144;
export const IN_B = 152;
/** XMM registers or an FXSAVE image, then the memory window. */
export const IN_STATE = 160;

// An outcome.
export const OUT_GPR = 0;
export const OUT_FLAGS = 128;
export const OUT_MXCSR = 136;
export const OUT_STATE = 144;

export const STATE_BYTES: Readonly<Record<State, number>> = { gpr: 0, xmm: 256, fx: 512 };

// FXSAVE image.
export const FX_MXCSR = 24;
export const FX_MASK = 28;
export const FX_ST = 32;
export const FX_XMM = 160;

/** CF PF AF ZF SF OF. */
export const ARITHMETIC = 0x8d5;
export const DIRECTION = 0x400;

// Operand codes of table rows (row.ts) compiled to numbers: kind in the low byte, size code above it.

export const K_NONE = 0;
/** ModRM rm: register or memory. */
export const K_E = 1;
/** ModRM reg: general register. */
export const K_G = 2;
/** VEX.vvvv: general register. */
export const K_B = 3;
/** Register in the opcode's low three bits. */
export const K_Z = 4;
/** ModRM rm, general register only. */
export const K_R = 5;
/** Memory only. */
export const K_M = 6;
export const K_IMM = 7;
/** Relative branch target. */
export const K_J = 8;
/** Absolute address in the instruction. */
export const K_O = 9;
/** A fixed general register, its number in bits 16-19. */
export const K_FIXED = 10;
/** The constant 1. */
export const K_ONE = 11;
/** String operands: DS:rSI (or override) and ES:rDI. */
export const K_X = 12;
export const K_Y = 13;
/** Segment register by reg; control and debug register by reg. */
export const K_S = 14;
export const K_C = 15;
export const K_D = 16;
/** MMX by reg, MMX or memory by rm, MMX by rm only. */
export const K_P = 17;
export const K_Q = 18;
export const K_N = 19;
/** XMM by reg, XMM or memory by rm, XMM by rm only. */
export const K_V = 20;
export const K_W = 21;
export const K_U = 22;
/** Far pointer in the instruction. */
export const K_A = 23;
/** XMM by VEX.vvvv. */
export const K_H = 24;
/** Fixed name without an accessor (a segment register, ST(0), XMM0...). */
export const K_NAME = 25;

// Size codes: bytes, or one of these.
export const SZ_V = 32;
export const SZ_Y = 33;
export const SZ_Z = 34;
/** Far pointer in memory: operand size plus 2. */
export const SZ_P = 35;

// Immediates an instruction carries.
export const IMM_NONE = 0;
export const IMM_B = 1;
export const IMM_W = 2;
export const IMM_Z = 3;
export const IMM_V = 4;
export const IMM_O = 5;
export const IMM_D = 6;

const SIZES: Record<string, number> = {
  "": 0,
  b: 1,
  w: 2,
  d: 4,
  q: 8,
  t: 10,
  v: SZ_V,
  y: SZ_Y,
  z: SZ_Z,
  p: SZ_P,
  a: SZ_V,
  s: 10,
  dq: 16,
  qq: 32,
  o: 16,
  x: 16,
  ps: 16,
  pd: 16,
  ss: 4,
  sd: 8,
  pi: 8,
};

const KINDS: Record<string, number> = {
  E: K_E,
  G: K_G,
  B: K_B,
  Z: K_Z,
  R: K_R,
  M: K_M,
  I: K_IMM,
  J: K_J,
  O: K_O,
  X: K_X,
  Y: K_Y,
  S: K_S,
  C: K_C,
  D: K_D,
  P: K_P,
  Q: K_Q,
  N: K_N,
  V: K_V,
  W: K_W,
  U: K_U,
  A: K_A,
  H: K_H,
};

const FIXED: Record<string, [reg: number, size: number]> = {
  AL: [0, 1],
  CL: [1, 1],
  AX: [0, 2],
  DX: [2, 2],
  CX: [1, 2],
  eAX: [0, SZ_Z],
  rAX: [0, SZ_V],
};

const NAMES = /^(ES|CS|SS|DS|FS|GS|XMM0|ST|ST0|STi|1|AH|EAX|ECX|EDX|RAX)$/;

/** Compiles one operand code; an unknown one is an error in a table. */
export function compileOperand(code: string): number {
  if (code === "") return K_NONE;
  if (code === "1") return K_ONE | (1 << 8);
  const fixed = FIXED[code];
  if (fixed) return K_FIXED | (fixed[1] << 8) | (fixed[0] << 16);
  if (NAMES.test(code)) return K_NAME;
  const kind = KINDS[code[0]!];
  const size = SIZES[code.slice(1)];
  if (kind === undefined || size === undefined) throw new Error(`unknown operand code ${code}`);
  return kind | (size << 8);
}

/** Whether an operand is encoded in a ModRM byte. */
export function usesModrm(operand: number): boolean {
  switch (operand & 0xff) {
    case K_E:
    case K_G:
    case K_R:
    case K_M:
    case K_S:
    case K_C:
    case K_D:
    case K_P:
    case K_Q:
    case K_N:
    case K_V:
    case K_W:
    case K_U:
      return true;
  }
  return false;
}

/** The immediate an operand needs (IMM_*); a far pointer's selector is the second immediate. */
export function immediateOf(operand: number): number {
  const kind = operand & 0xff;
  if (kind === K_O) return IMM_O;
  if (kind === K_A) return IMM_Z;
  if (kind !== K_IMM && kind !== K_J) return IMM_NONE;
  switch ((operand >> 8) & 0xff) {
    case 1:
      return IMM_B;
    case 2:
      return IMM_W;
    case 4:
      return IMM_D;
    case SZ_V:
      return IMM_V;
    default:
      return IMM_Z;
  }
}

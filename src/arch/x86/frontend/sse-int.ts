// Integer vector operations that MMX and SSE share, as IR on V128 values (MMX operands stand in both halves).

import type { IrBuilder, Value } from "../../../ir/builder.js";
import { Ty } from "../../../ir/ops.js";
import { WOp } from "../../../ir/wasm-ops.js";
import type { Emitter } from "./emitter.js";
import type { Insn } from "./insn.js";
import { type Binary, type Build, half, imm8, lanes, mmxRm, setHalf, splat64 } from "./sse.js";

function filled(byte: number): Uint8Array {
  return new Uint8Array(16).fill(byte);
}

// ---- logic, multiplication ----------------------------------------------------------------------------------------------

/** PANDN, ANDNPS: not x and y. */
export const andNot: Binary = (b, x, y) => b.w(Ty.V128, WOp.v128_andnot, y, x);

const HIGH_WORDS = lanes(2, 1, 3, 5, 7, 9, 11, 13, 15);

export const mulHighSigned: Binary = (b, x, y) =>
  b.shuffle(
    b.w(Ty.V128, WOp.i32x4_extmul_low_i16x8_s, x, y),
    b.w(Ty.V128, WOp.i32x4_extmul_high_i16x8_s, x, y),
    HIGH_WORDS,
  );

export const mulHighUnsigned: Binary = (b, x, y) =>
  b.shuffle(
    b.w(Ty.V128, WOp.i32x4_extmul_low_i16x8_u, x, y),
    b.w(Ty.V128, WOp.i32x4_extmul_high_i16x8_u, x, y),
    HIGH_WORDS,
  );

/** PMULHRSW: as Wasm's, but -1 * -1 gives -1 (8000h) instead of saturating. */
export const mulHighRound: Binary = (b, x, y) => {
  const min = b.v128(Uint8Array.from(filled(0), (_, k) => (k & 1 ? 0x80 : 0)));
  const both = b.w(Ty.V128, WOp.v128_and, b.w(Ty.V128, WOp.i16x8_eq, x, min), b.w(Ty.V128, WOp.i16x8_eq, y, min));
  return b.w(Ty.V128, WOp.v128_xor, b.w(Ty.V128, WOp.i16x8_q15mulr_sat_s, x, y), both);
};

const EVEN_DWORDS = lanes(4, 0, 2, 0, 2);

/** PMULUDQ, PMULDQ: products of the even doublewords. */
export function mulEven(opcode: WOp): Binary {
  return (b, x, y) => b.w(Ty.V128, opcode, b.shuffle(x, x, EVEN_DWORDS), b.shuffle(y, y, EVEN_DWORDS));
}

/** PSIGNx: x negated, kept or cleared by the sign of y. */
export function sign(shift: WOp, bits: number, sub: WOp, eq: WOp): Binary {
  return (b, x, y) => {
    const negative = b.w(Ty.V128, shift, y, b.i32(bits - 1));
    const signed = b.w(Ty.V128, sub, b.w(Ty.V128, WOp.v128_xor, x, negative), negative);
    return b.w(Ty.V128, WOp.v128_andnot, signed, b.w(Ty.V128, eq, y, b.vzero()));
  };
}

// ---- shuffles -----------------------------------------------------------------------------------------------------------

/** A constant shuffle of x and y. */
export function shuffled(size: 1 | 2 | 4 | 8, ...numbers: number[]): Binary {
  const table = lanes(size, ...numbers);
  return (b, x, y) => b.shuffle(x, y, table);
}

export const UNPACK_LOW = {
  1: shuffled(1, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
  2: shuffled(2, 0, 8, 1, 9, 2, 10, 3, 11),
  4: shuffled(4, 0, 4, 1, 5),
  8: shuffled(8, 0, 2),
} as const;

export const UNPACK_HIGH = {
  1: shuffled(1, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
  2: shuffled(2, 4, 12, 5, 13, 6, 14, 7, 15),
  4: shuffled(4, 2, 6, 3, 7),
  8: shuffled(8, 1, 3),
} as const;

/** PUNPCKHxx of MMX: the low half of the result interleaves the high halves of the operands. */
export const UNPACK_HIGH_MMX = {
  1: shuffled(1, 4, 20, 5, 21, 6, 22, 7, 23, 0, 0, 0, 0, 0, 0, 0, 0),
  2: shuffled(2, 2, 10, 3, 11, 0, 0, 0, 0),
  4: shuffled(4, 1, 5, 0, 0),
} as const;

/** PACKxxxx of MMX: the results from x and from y stand 8 bytes apart. */
export function packMmx(opcode: WOp): Binary {
  const table = lanes(4, 0, 2, 0, 2);
  return (b, x, y) => {
    const packed = b.w(Ty.V128, opcode, x, y);
    return b.shuffle(packed, packed, table);
  };
}

/** PHADDx, PHSUBx: op of the even and the odd elements of x, then of y. */
export function horizontal(size: 2 | 4, opcode: WOp, mmx: boolean): Binary {
  const count = 16 / size;
  const even: number[] = [];
  for (let k = 0; k < count; k++) {
    // In the MMX form both operands repeat after 8 bytes, and only 8 bytes of the result count.
    const of = mmx ? count / 2 : count;
    even.push(k < of / 2 ? 2 * k : count + 2 * (k - of / 2) - (k >= of ? count : 0));
  }
  const evens = lanes(size, ...even);
  const odds = lanes(size, ...even.map((n) => n + 1));
  return (b, x, y) => b.w(Ty.V128, opcode, b.shuffle(x, y, evens), b.shuffle(x, y, odds));
}

/** PSHUFB: an index with bit 7 set gives 0, as do Wasm's beyond 15. */
export const shuffleBytes: Binary = (b, x, y) =>
  b.w(Ty.V128, WOp.i8x16_swizzle, x, b.w(Ty.V128, WOp.v128_and, y, b.v128(filled(0x8f))));

export const shuffleBytesMmx: Binary = (b, x, y) =>
  b.w(Ty.V128, WOp.i8x16_swizzle, x, b.w(Ty.V128, WOp.v128_and, y, b.v128(filled(0x87))));

/** Four 2-bit selectors. */
function selectors(imm: number): [number, number, number, number] {
  return [imm & 3, (imm >> 2) & 3, (imm >> 4) & 3, (imm >> 6) & 3];
}

export const pshufd: Build = (e, insn) => {
  const y = e.readXmmMem(insn);
  e.setXmm(insn.reg, e.b.shuffle(y, y, lanes(4, ...selectors(imm8(insn)))));
};

export const pshuflw: Build = (e, insn) => {
  const y = e.readXmmMem(insn);
  e.setXmm(insn.reg, e.b.shuffle(y, y, lanes(2, ...selectors(imm8(insn)), 4, 5, 6, 7)));
};

export const pshufhw: Build = (e, insn) => {
  const y = e.readXmmMem(insn);
  const high = selectors(imm8(insn)).map((n) => n + 4);
  e.setXmm(insn.reg, e.b.shuffle(y, y, lanes(2, 0, 1, 2, 3, ...high)));
};

export const pshufw: Build = (e, insn) => {
  const { b } = e;
  const y = splat64(b, mmxRm(e, insn));
  e.setMmx(insn.reg, half(b, b.shuffle(y, y, lanes(2, ...selectors(imm8(insn)), 0, 0, 0, 0)), 0));
};

export const shufps: Build = (e, insn) => {
  const y = e.readXmmMem(insn);
  const [k0, k1, k2, k3] = selectors(imm8(insn));
  e.setXmm(insn.reg, e.b.shuffle(e.xmm(insn.reg), y, lanes(4, k0, k1, k2 + 4, k3 + 4)));
};

export const shufpd: Build = (e, insn) => {
  const y = e.readXmmMem(insn);
  const imm = imm8(insn);
  e.setXmm(insn.reg, e.b.shuffle(e.xmm(insn.reg), y, lanes(8, imm & 1, 2 + ((imm >> 1) & 1))));
};

/** Bytes `from` .. `from` + 15 of y:x (y low), 0 beyond the end. */
function window(b: IrBuilder, x: Value, y: Value, from: number): Value {
  if (from >= 32) return b.vzero();
  if (from === 16) return x;
  if (from === 0) return y;
  const table = new Uint8Array(16);
  if (from < 16) {
    for (let k = 0; k < 16; k++) table[k] = k + from;
    return b.shuffle(y, x, table);
  }
  for (let k = 0; k < 16; k++) table[k] = Math.min(k + from - 16, 16);
  return b.shuffle(x, b.vzero(), table);
}

export const palignr: Build = (e, insn) => {
  const y = e.readXmmMem(insn);
  e.setXmm(insn.reg, window(e.b, e.xmm(insn.reg), y, imm8(insn)));
};

export const palignrMmx: Build = (e, insn) => {
  const { b } = e;
  const y = mmxRm(e, insn);
  const x = e.mmx(insn.reg);
  const from = imm8(insn);
  let r: Value;
  if (from >= 16) r = b.i64(0);
  else if (from >= 8) r = b.shru(x, b.i64((from - 8) * 8));
  else if (from === 0) r = y;
  else r = b.or(b.shru(y, b.i64(from * 8)), b.shl(x, b.i64(64 - from * 8)));
  e.setMmx(insn.reg, r);
};

// ---- shifts -------------------------------------------------------------------------------------------------------------

export type ShiftKind = "left" | "logical" | "arithmetic";

export interface ShiftOp {
  opcode: WOp;
  bits: 16 | 32 | 64;
  kind: ShiftKind;
}

/** By a count known at translation: counts of the element's width and more give 0 or the sign. */
function shiftBy(b: IrBuilder, op: ShiftOp, v: Value, count: number): Value {
  if (count === 0) return v;
  if (count < op.bits) return b.w(Ty.V128, op.opcode, v, b.i32(count));
  return op.kind === "arithmetic" ? b.w(Ty.V128, op.opcode, v, b.i32(op.bits - 1)) : b.vzero();
}

/** By the 64-bit count `count`. */
function shiftByValue(b: IrBuilder, op: ShiftOp, v: Value, count: Value): Value {
  const fits = b.ltu(count, b.i64(op.bits));
  if (op.kind === "arithmetic") {
    return b.w(Ty.V128, op.opcode, v, b.wrap(b.select(fits, count, b.i64(op.bits - 1))));
  }
  return b.select(fits, b.w(Ty.V128, op.opcode, v, b.wrap(count)), b.vzero());
}

export function shiftXmm(op: ShiftOp): Build {
  return (e, insn) => {
    const count = half(e.b, e.readXmmMem(insn), 0);
    e.setXmm(insn.reg, shiftByValue(e.b, op, e.xmm(insn.reg), count));
  };
}

export function shiftMmx(op: ShiftOp): Build {
  return (e, insn) => {
    const { b } = e;
    const count = mmxRm(e, insn);
    e.setMmx(insn.reg, half(b, shiftByValue(b, op, splat64(b, e.mmx(insn.reg)), count), 0));
  };
}

export function shiftXmmImm(op: ShiftOp): Build {
  return (e, insn) => e.setXmm(insn.rm, shiftBy(e.b, op, e.xmm(insn.rm), imm8(insn)));
}

export function shiftMmxImm(op: ShiftOp): Build {
  return (e, insn) => {
    const { b } = e;
    e.setMmx(insn.rm, half(b, shiftBy(b, op, splat64(b, e.mmx(insn.rm)), imm8(insn)), 0));
  };
}

export const psrldq: Build = (e, insn) => {
  const count = Math.min(imm8(insn), 16);
  e.setXmm(insn.rm, window(e.b, e.xmm(insn.rm), e.xmm(insn.rm), 16 + count));
};

export const pslldq: Build = (e, insn) => {
  const count = Math.min(imm8(insn), 16);
  e.setXmm(insn.rm, window(e.b, e.xmm(insn.rm), e.b.vzero(), 16 - count));
};

// ---- elements -----------------------------------------------------------------------------------------------------------

/** PMOVSX, PMOVZX: widens the low `bytes` of the source by these steps. */
export function widen(bytes: 2 | 4 | 8, ...steps: WOp[]): Build {
  return (e, insn) => {
    const { b } = e;
    let v: Value;
    if (insn.mod === 3) v = e.xmm(insn.rm);
    else if (bytes === 8) v = splat64(b, e.load(8, e.ea(insn, false, 8)));
    else v = b.w(Ty.V128, WOp.i32x4_splat, e.load(bytes, e.ea(insn, false, bytes)));
    for (const step of steps) v = b.w(Ty.V128, step, v);
    e.setXmm(insn.reg, v);
  };
}

/** Element `n` of bits as I32. */
function element(b: IrBuilder, opcode: WOp, v: Value, n: number): Value {
  return b.w(Ty.I32, opcode, v, -1, n);
}

/** PEXTRW of the 0F C5 form: to a 32-bit register. */
export const pextrw: Build = (e, insn) =>
  e.writeGpr(insn.reg, 4, element(e.b, WOp.i16x8_extract_lane_u, e.xmm(insn.rm), imm8(insn) & 7));

export const pextrwMmx: Build = (e, insn) => {
  const { b } = e;
  const v = e.mmx(insn.rm);
  e.writeGpr(insn.reg, 4, b.zext(b.wrap(b.shru(v, b.i64((imm8(insn) & 3) * 16))), 16));
  e.mmxState();
};

/** PEXTRB, PEXTRW (0F 3A 15), PEXTRD/Q, EXTRACTPS: to a register (zero-extended) or memory. */
export function extract(size: 1 | 2 | 4): Build {
  const opcode = size === 1 ? WOp.i8x16_extract_lane_u : size === 2 ? WOp.i16x8_extract_lane_u : WOp.i32x4_extract_lane;
  return (e, insn) => {
    const v = element(e.b, opcode, e.xmm(insn.reg), imm8(insn) & (16 / size - 1));
    if (insn.mod === 3) e.writeGpr(insn.rm, 4, v);
    else e.store(size, e.ea(insn, true, size), v);
  };
}

export const pextrdq: Build = (e, insn) => {
  if (insn.opSize !== 8) {
    extract(4)(e, insn);
    return;
  }
  const v = half(e.b, e.xmm(insn.reg), (imm8(insn) & 1) as 0 | 1);
  if (insn.mod === 3) e.writeGpr(insn.rm, 8, v);
  else e.store(8, e.ea(insn, true, 8), v);
};

/** A general register's low bits or memory, for insertions (I32 or I64). */
function insertSource(e: Emitter, insn: Insn, size: 1 | 2 | 4 | 8): Value {
  if (insn.mod !== 3) return e.load(size, e.ea(insn, false, size));
  return size === 8 ? e.gpr(insn.rm) : e.readGpr(insn.rm, 4);
}

export function insert(size: 1 | 2): Build {
  const opcode = size === 1 ? WOp.i8x16_replace_lane : WOp.i16x8_replace_lane;
  return (e, insn) => {
    const v = insertSource(e, insn, size);
    e.setXmm(insn.reg, e.b.w(Ty.V128, opcode, e.xmm(insn.reg), v, imm8(insn) & (16 / size - 1)));
  };
}

export const pinsrdq: Build = (e, insn) => {
  const { b } = e;
  if (insn.opSize === 8) {
    const v = insertSource(e, insn, 8);
    e.setXmm(insn.reg, setHalf(b, e.xmm(insn.reg), v, (imm8(insn) & 1) as 0 | 1));
    return;
  }
  const v = insertSource(e, insn, 4);
  e.setXmm(insn.reg, b.w(Ty.V128, WOp.i32x4_replace_lane, e.xmm(insn.reg), v, imm8(insn) & 3));
};

export const pinsrwMmx: Build = (e, insn) => {
  const { b } = e;
  const v = insertSource(e, insn, 2);
  const x = splat64(b, e.mmx(insn.reg));
  e.setMmx(insn.reg, half(b, b.w(Ty.V128, WOp.i16x8_replace_lane, x, v, imm8(insn) & 3), 0));
};

/** MOVMSKPS, MOVMSKPD, PMOVMSKB. */
export function signMask(opcode: WOp): Build {
  return (e, insn) => e.writeGpr(insn.reg, 4, e.b.w(Ty.I32, opcode, e.xmm(insn.rm)));
}

export const pmovmskbMmx: Build = (e, insn) => {
  const { b } = e;
  e.writeGpr(insn.reg, 4, b.zext(b.w(Ty.I32, WOp.i8x16_bitmask, splat64(b, e.mmx(insn.rm))), 8));
  e.mmxState();
};

// ---- blends, tests ------------------------------------------------------------------------------------------------------

/** PBLENDVB, BLENDVPS, BLENDVPD: elements of rm where XMM0 has the sign bit. */
export function blendByXmm0(shift: WOp, bits: 8 | 32 | 64): Build {
  return (e, insn) => {
    const { b } = e;
    const y = e.readXmmMem(insn);
    const mask = b.w(Ty.V128, shift, e.xmm(0), b.i32(bits - 1));
    e.setXmm(insn.reg, b.w(Ty.V128, WOp.v128_bitselect, y, e.xmm(insn.reg), mask));
  };
}

/** PBLENDW, BLENDPS, BLENDPD: elements of rm where the immediate has a bit. */
export function blendByImm(size: 2 | 4 | 8): Build {
  return (e, insn) => {
    const y = e.readXmmMem(insn);
    const numbers: number[] = [];
    const count = 16 / size;
    for (let k = 0; k < count; k++) numbers.push((imm8(insn) >> k) & 1 ? count + k : k);
    e.setXmm(insn.reg, e.b.shuffle(e.xmm(insn.reg), y, lanes(size, ...numbers)));
  };
}

/** INSERTPS: bits 6-7 the source element (register form), 4-5 the place, 0-3 elements to clear. */
export const insertps: Build = (e, insn) => {
  const { b } = e;
  const imm = imm8(insn);
  let y: Value;
  let from: number;
  if (insn.mod === 3) {
    y = e.xmm(insn.rm);
    from = imm >> 6;
  } else {
    y = b.w(Ty.V128, WOp.i32x4_splat, e.load(4, e.ea(insn, false, 4)));
    from = 0;
  }
  const numbers = [0, 1, 2, 3];
  numbers[(imm >> 4) & 3] = 4 + from;
  let v = b.shuffle(e.xmm(insn.reg), y, lanes(4, ...numbers));
  if (imm & 15) {
    const clear = [0, 1, 2, 3].map((k) => ((imm >> k) & 1 ? 4 : k));
    v = b.shuffle(v, b.vzero(), lanes(4, ...clear));
  }
  e.setXmm(insn.reg, v);
};

/** PTEST: ZF = no bit of both, CF = no bit of rm without one of reg. */
export const ptest: Build = (e, insn) => {
  const { b } = e;
  const y = e.readXmmMem(insn);
  const x = e.xmm(insn.reg);
  const both = b.w(Ty.I32, WOp.v128_any_true, b.w(Ty.V128, WOp.v128_and, x, y));
  const rest = b.w(Ty.I32, WOp.v128_any_true, b.w(Ty.V128, WOp.v128_andnot, y, x));
  const one = b.i32(1);
  e.flags.setAll(b.or(b.shl(b.xor(both, one), b.i32(6)), b.xor(rest, one)));
};

// Moves between XMM registers, general registers and memory, and the control register MXCSR.

import { Ty } from "../../../ir/ops.js";
import { WOp } from "../../../ir/wasm-ops.js";
import { DS, X_MXCSR } from "../layout.js";
import type { Emitter } from "./emitter.js";
import { helperId } from "./helpers.js";
import type { Insn } from "./insn.js";
import { type Build, half, lanes, low32, low64, mergeLow, setHalf, splat64, type Unary } from "./sse.js";

const H_MASKMOVQ = helperId("x86_maskmovq");
const H_MASKMOVDQU = helperId("x86_maskmovdqu");
const H_LDMXCSR = helperId("x86_ldmxcsr");

/** MOVAPS, MOVUPS, MOVDQA and the like: reg = rm. */
export const load: Build = (e, insn) => e.setXmm(insn.reg, e.readXmmMem(insn));

export const loadAligned: Build = (e, insn) => e.setXmm(insn.reg, e.load128(e.ea(insn, false, 16), true));

export const loadUnaligned: Build = (e, insn) => e.setXmm(insn.reg, e.load128(e.ea(insn, false, 16), false));

/** rm = reg. */
export const store: Build = (e, insn) => {
  const v = e.xmm(insn.reg);
  if (insn.mod === 3) e.setXmm(insn.rm, v);
  else e.store128(e.ea(insn, true, 16), v, !insn.row[4]?.unaligned);
};

/** MOVNTPS and the like: there are no caches to go around. */
export const storeAligned: Build = (e, insn) => e.store128(e.ea(insn, true, 16), e.xmm(insn.reg), true);

/** MOVSS, MOVSD: from a register the rest of reg stays, from memory it is cleared. */
export function movScalar(size: 4 | 8): Build {
  return (e, insn) => {
    const { b } = e;
    if (insn.mod === 3) {
      e.setXmm(insn.reg, mergeLow(b, e.xmm(insn.reg), e.xmm(insn.rm), size));
      return;
    }
    const v = e.load(size, e.ea(insn, false, size));
    e.setXmm(insn.reg, size === 4 ? low32(b, v) : low64(b, v));
  };
}

export function storeScalar(size: 4 | 8): Build {
  return (e, insn) => {
    const { b } = e;
    const v = e.xmm(insn.reg);
    if (insn.mod === 3) e.setXmm(insn.rm, mergeLow(b, e.xmm(insn.rm), v, size));
    else storeLow(e, insn, v, size);
  };
}

function storeLow(e: Emitter, insn: Insn, v: number, size: 4 | 8): void {
  const low = size === 8 ? half(e.b, v, 0) : e.b.w(Ty.I32, WOp.i32x4_extract_lane, v, -1, 0);
  e.store(size, e.ea(insn, true, size), low);
}

/** MOVLPS, MOVHPS, MOVLPD, MOVHPD: one half from or to memory. */
export function loadHalf(lane: 0 | 1): Build {
  return (e, insn) => {
    const v = e.load(8, e.ea(insn, false, 8));
    e.setXmm(insn.reg, setHalf(e.b, e.xmm(insn.reg), v, lane));
  };
}

export function storeHalf(lane: 0 | 1): Build {
  return (e, insn) => e.store(8, e.ea(insn, true, 8), half(e.b, e.xmm(insn.reg), lane));
}

export const movhlps: Build = (e, insn) =>
  e.setXmm(insn.reg, e.b.shuffle(e.xmm(insn.reg), e.xmm(insn.rm), lanes(8, 3, 1)));

export const movlhps: Build = (e, insn) =>
  e.setXmm(insn.reg, e.b.shuffle(e.xmm(insn.reg), e.xmm(insn.rm), lanes(8, 0, 2)));

/** MOVSLDUP, MOVSHDUP. */
export function duplicate(size: 4, ...numbers: number[]): Unary {
  const table = lanes(size, ...numbers);
  return (b, v) => b.shuffle(v, v, table);
}

export const movddup: Build = (e, insn) => {
  const { b } = e;
  const v = insn.mod === 3 ? half(b, e.xmm(insn.rm), 0) : e.load(8, e.ea(insn, false, 8));
  e.setXmm(insn.reg, splat64(b, v));
};

/** MOVD, MOVQ from a general register or memory (4 bytes, 8 with REX.W). */
export const movdToXmm: Build = (e, insn) => {
  const { b } = e;
  const size = insn.opSize === 8 ? 8 : 4;
  const v = insn.mod === 3 ? e.readGpr(insn.rm, size) : e.load(size, e.ea(insn, false, size));
  e.setXmm(insn.reg, size === 8 ? low64(b, v) : low32(b, v));
};

export const movdFromXmm: Build = (e, insn) => {
  const v = e.xmm(insn.reg);
  const size = insn.opSize === 8 ? 8 : 4;
  if (insn.mod !== 3) storeLow(e, insn, v, size);
  else e.writeGpr(insn.rm, size, size === 8 ? half(e.b, v, 0) : e.b.w(Ty.I32, WOp.i32x4_extract_lane, v, -1, 0));
};

/** MOVQ of XMM registers: the high half is cleared. */
export const movq: Build = (e, insn) => {
  const { b } = e;
  const v = insn.mod === 3 ? half(b, e.xmm(insn.rm), 0) : e.load(8, e.ea(insn, false, 8));
  e.setXmm(insn.reg, low64(b, v));
};

export const storeMovq: Build = (e, insn) => {
  const { b } = e;
  const v = half(b, e.xmm(insn.reg), 0);
  if (insn.mod === 3) e.setXmm(insn.rm, low64(b, v));
  else e.store(8, e.ea(insn, true, 8), v);
};

/** Stores the bytes of `data` that `mask` chooses at DS:rDI. */
export function maskmov(e: Emitter, insn: Insn, data: number, mask: number, bytes: 8 | 16): void {
  const { b } = e;
  const offset = insn.addrSize === 8 ? e.gpr(7) : b.zext(e.gpr(7), insn.addrSize === 4 ? 32 : 16);
  e.call(
    bytes === 8 ? H_MASKMOVQ : H_MASKMOVDQU,
    data,
    mask,
    e.linear(insn.segment >= 0 ? insn.segment : DS, offset, bytes, true),
  );
}

export const maskmovdqu: Build = (e, insn) => maskmov(e, insn, e.xmm(insn.reg), e.xmm(insn.rm), 16);

export const ldmxcsr: Build = (e, insn) => {
  e.call(H_LDMXCSR, e.b.extu(e.load(4, e.ea(insn, false, 4))));
};

export const stmxcsr: Build = (e, insn) => e.store(4, e.ea(insn, true, 4), e.b.ld(X_MXCSR, Ty.I32));

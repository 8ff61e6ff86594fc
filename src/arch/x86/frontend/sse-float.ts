// Floating-point vector instructions: calls of the helpers of core/arch/x86/simd, which know MXCSR.

import { Ty } from "../../../ir/ops.js";
import { WOp } from "../../../ir/wasm-ops.js";
import { helperId } from "./helpers.js";
import { type Build, half, imm8, low64, mergeLow, mmxRm, scalar } from "./sse.js";

/** Conversion helpers: round towards zero; 64-bit result. */
export const TRUNCATE = 1;
const WIDE = 2;

/** reg = helper(reg, rm) of whole registers. */
export function packed(name: string): Build {
  const id = helperId(`x86_${name}`);
  return (e, insn) => {
    const y = e.readXmmMem(insn);
    e.setXmm(insn.reg, e.call(id, e.xmm(insn.reg), y));
  };
}

/** reg = helper(rm), with a constant for the helper. */
export function packedUnary(name: string, imm = 0): Build {
  const id = helperId(`x86_${name}`);
  return (e, insn) => {
    const y = e.readXmmMem(insn);
    e.setXmm(insn.reg, e.call(id, y, y, e.b.u64(imm)));
  };
}

export function packedImm(name: string): Build {
  const id = helperId(`x86_${name}`);
  return (e, insn) => {
    const y = e.readXmmMem(insn);
    e.setXmm(insn.reg, e.call(id, e.xmm(insn.reg), y, e.b.u64(imm8(insn))));
  };
}

function low(name: string, size: 4 | 8, withImm: boolean): Build {
  const id = helperId(`x86_${name}`);
  return (e, insn) => {
    const y = scalar(e, insn, size);
    e.setXmm(insn.reg, e.call(id, e.xmm(insn.reg), y, withImm ? e.b.u64(imm8(insn)) : -1));
  };
}

/** reg = helper(reg, rm) where rm is 4 bytes in memory. */
export const single = (name: string): Build => low(name, 4, false);
/** Same with 8 bytes. */
export const double = (name: string): Build => low(name, 8, false);
export const singleImm = (name: string): Build => low(name, 4, true);
export const doubleImm = (name: string): Build => low(name, 8, true);

/** RCPSS, RSQRTSS: lane 0 of the packed form. */
export function approximate(name: string): Build {
  const id = helperId(`x86_${name}`);
  return (e, insn) => {
    const y = scalar(e, insn, 4);
    e.setXmm(insn.reg, mergeLow(e.b, e.xmm(insn.reg), e.call(id, y, y), 4));
  };
}

/** COMISx, and UCOMISx where `quiet`. */
export function compare(name: string, size: 4 | 8, quiet: boolean): Build {
  const id = helperId(`x86_${name}`);
  return (e, insn) => {
    const y = scalar(e, insn, size);
    e.flags.setAll(e.b.wrap(e.call(id, e.xmm(insn.reg), y, e.b.u64(quiet ? 1 : 0))));
  };
}

// ---- conversions --------------------------------------------------------------------------------------------------------

const H_CVTSI2SS = helperId("x86_cvtsi2ss");
const H_CVTSI2SD = helperId("x86_cvtsi2sd");
const H_CVTDQ2PS = helperId("x86_cvtdq2ps");
const H_CVTPS2DQ = helperId("x86_cvtps2dq");
const H_CVTPD2DQ = helperId("x86_cvtpd2dq");

export const cvtsi2ss: Build = (e, insn) => {
  const { b } = e;
  const wide = insn.opSize === 8;
  const size = wide ? 8 : 4;
  const v = insn.mod === 3 ? e.readGpr(insn.rm, size) : e.load(size, e.ea(insn, false, size));
  const x = e.xmm(insn.reg);
  e.setXmm(insn.reg, e.call(H_CVTSI2SS, x, x, wide ? v : b.exts(v)));
};

/** From 32 bits the result is exact. */
export const cvtsi2sd: Build = (e, insn) => {
  const { b } = e;
  const size = insn.opSize === 8 ? 8 : 4;
  const v = insn.mod === 3 ? e.readGpr(insn.rm, size) : e.load(size, e.ea(insn, false, size));
  const x = e.xmm(insn.reg);
  if (size === 8) e.setXmm(insn.reg, e.call(H_CVTSI2SD, x, x, v));
  else e.setXmm(insn.reg, b.w(Ty.V128, WOp.f64x2_replace_lane, x, b.w(Ty.F64, WOp.f64_convert_i32_s, v), 0));
};

export const cvtdq2pd: Build = (e, insn) =>
  e.setXmm(insn.reg, e.b.w(Ty.V128, WOp.f64x2_convert_low_i32x4_s, scalar(e, insn, 8)));

/** CVT(T)SS2SI, CVT(T)SD2SI. */
export function toInt(name: string, size: 4 | 8, truncate: number): Build {
  const id = helperId(`x86_${name}`);
  return (e, insn) => {
    const { b } = e;
    const y = scalar(e, insn, size);
    const wide = insn.opSize === 8;
    const r = e.call(id, y, y, b.u64(truncate | (wide ? WIDE : 0)));
    e.writeGpr(insn.reg, wide ? 8 : 4, wide ? r : b.wrap(r));
  };
}

// MMX forms. Unused lanes are zeros, which convert exactly.

// A memory operand of CVTPI2PD and CVTPI2PS does not touch the x87 state (SDM, CVTPI2PD; processors do the same for both).

export const cvtpi2pd: Build = (e, insn) => {
  if (insn.mod === 3) e.pendingX87();
  const { b } = e;
  const v = b.w(Ty.V128, WOp.f64x2_convert_low_i32x4_s, low64(b, mmxRm(e, insn)));
  e.setXmm(insn.reg, v);
  if (insn.mod === 3) e.mmxState();
};

export const cvtpi2ps: Build = (e, insn) => {
  if (insn.mod === 3) e.pendingX87();
  const { b } = e;
  const y = low64(b, mmxRm(e, insn));
  const r = e.call(H_CVTDQ2PS, y, y);
  e.setXmm(insn.reg, mergeLow(b, e.xmm(insn.reg), r, 8));
  if (insn.mod === 3) e.mmxState();
};

export function cvtps2pi(truncate: number): Build {
  return (e, insn) => {
    const { b } = e;
    e.pendingX87();
    const v = insn.mod === 3 ? half(b, e.xmm(insn.rm), 0) : e.load(8, e.ea(insn, false, 8));
    const y = low64(b, v);
    e.setMmx(insn.reg, half(b, e.call(H_CVTPS2DQ, y, y, b.u64(truncate)), 0));
  };
}

export function cvtpd2pi(truncate: number): Build {
  return (e, insn) => {
    e.pendingX87();
    const y = e.readXmmMem(insn);
    e.setMmx(insn.reg, half(e.b, e.call(H_CVTPD2DQ, y, y, e.b.u64(truncate)), 0));
  };
}

// Moves of MMX registers, and EMMS.

import { Ty } from "../../../ir/ops.js";
import { WOp } from "../../../ir/wasm-ops.js";
import { X_FTAG, X_FTOP } from "../layout.js";
import { type Build, half, low64, mmxRm, splat64 } from "./sse.js";
import { UNPACK_LOW } from "./sse-int.js";
import { maskmov } from "./sse-mov.js";

export const movdToMmx: Build = (e, insn) => {
  const { b } = e;
  if (insn.opSize === 8) e.setMmx(insn.reg, insn.mod === 3 ? e.gpr(insn.rm) : e.load(8, e.ea(insn, false, 8)));
  else e.setMmx(insn.reg, b.extu(insn.mod === 3 ? e.readGpr(insn.rm, 4) : e.load(4, e.ea(insn, false, 4))));
};

export const movdFromMmx: Build = (e, insn) => {
  const { b } = e;
  const size = insn.opSize === 8 ? 8 : 4;
  const v = size === 8 ? e.mmx(insn.reg) : b.wrap(e.mmx(insn.reg));
  if (insn.mod === 3) e.writeGpr(insn.rm, size, v);
  else e.store(size, e.ea(insn, true, size), v);
  e.mmxState();
};

export const movqToMmx: Build = (e, insn) => e.setMmx(insn.reg, mmxRm(e, insn));

export const movqFromMmx: Build = (e, insn) => {
  const v = e.mmx(insn.reg);
  if (insn.mod === 3) e.setMmx(insn.rm, v);
  else {
    e.store(8, e.ea(insn, true, 8), v);
    e.mmxState();
  }
};

export const movntq: Build = (e, insn) => {
  e.store(8, e.ea(insn, true, 8), e.mmx(insn.reg));
  e.mmxState();
};

export const movq2dq: Build = (e, insn) => {
  e.pendingX87();
  e.setXmm(insn.reg, low64(e.b, e.mmx(insn.rm)));
  e.mmxState();
};

export const movdq2q: Build = (e, insn) => {
  e.pendingX87();
  e.setMmx(insn.reg, half(e.b, e.xmm(insn.rm), 0));
};

export const maskmovq: Build = (e, insn) => {
  const { b } = e;
  maskmov(e, insn, low64(b, e.mmx(insn.reg)), low64(b, e.mmx(insn.rm)), 8);
  e.mmxState();
};

/** PUNPCKLxx mm, mm/m32: only 4 bytes are read from memory. */
export function unpackLowMmx(size: 1 | 2 | 4): Build {
  const op = UNPACK_LOW[size];
  return (e, insn) => {
    const { b } = e;
    const y =
      insn.mod === 3 ? splat64(b, e.mmx(insn.rm)) : b.w(Ty.V128, WOp.i32x4_splat, e.load(4, e.ea(insn, false, 4)));
    e.setMmx(insn.reg, half(b, op(b, splat64(b, e.mmx(insn.reg)), y), 0));
  };
}

/** All registers empty, and the top is register 0 (SDM volume 1, table 12-2); their contents stay. */
export const emms: Build = (e) => {
  e.b.st(X_FTAG, e.b.i32(0xff));
  e.b.st(X_FTOP, e.b.i32(0));
};

// PCMPESTRI, PCMPESTRM, PCMPISTRI, PCMPISTRM: helpers find index or mask, and the flags (core/arch/x86/simd/strings.ts).

import { Ty } from "../../../ir/ops.js";
import { S_RET2 } from "../../../layout/vcpu.js";
import { helperId } from "./helpers.js";
import { type Build, imm8 } from "./sse.js";

const H_INDEX = helperId("x86_pcmpstri");
const H_MASK = helperId("x86_pcmpstrm");

/** Bits above the immediate byte, for the helpers. */
const EXPLICIT = 0x100;
const WIDE = 0x200;

function index(explicit: boolean): Build {
  return (e, insn) => {
    const { b } = e;
    const y = e.readXmmMem(insn);
    const kind = explicit ? EXPLICIT | (insn.opSize === 8 ? WIDE : 0) : 0;
    const r = e.call(H_INDEX, e.xmm(insn.reg), y, b.u64(imm8(insn) | kind));
    e.writeGpr(1, 4, b.wrap(r));
    e.flags.setAll(b.wrap(b.shru(r, b.i64(32))));
  };
}

function mask(explicit: boolean): Build {
  return (e, insn) => {
    const { b } = e;
    const y = e.readXmmMem(insn);
    const kind = explicit ? EXPLICIT | (insn.opSize === 8 ? WIDE : 0) : 0;
    const r = e.call(H_MASK, e.xmm(insn.reg), y, b.u64(imm8(insn) | kind));
    const flags = b.ld(S_RET2, Ty.I64);
    e.setXmm(0, r);
    e.flags.setAll(b.wrap(flags));
  };
}

export const pcmpestri = index(true);
export const pcmpistri = index(false);
export const pcmpestrm = mask(true);
export const pcmpistrm = mask(false);

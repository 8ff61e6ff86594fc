// Traps, returns from them, fences, WFI, and what is done to caches and TLBs.

import type { Value } from "../../../../ir/builder.js";
import { M_CBO_ZERO } from "../../layout.js";
import type { Emitter } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";
import type { Build } from "../row.js";

const H_SFENCE = helperId("riscv_sfence");
const H_WFI = helperId("riscv_wfi");
const H_EBREAK = helperId("riscv_ebreak");
const H_CBO = helperId("riscv_cbo");
/** log2 of the bytes of a v128. */
const SIXTEEN = 4;
export const CACHE_BLOCK = 64;

/** A helper that is given the encoding, and ends the block. */
export function leave(name: string): Build {
  const id = helperId(`riscv_${name}`);
  return (e, insn) => e.leave(id, e.b.u64(insn.raw));
}

export const nop: Build = () => {};

/** PAUSE is a fence of nothing, which is a hint. */
export const fence: Build = (e) => e.b.fence();

/** Code is watched: there is no stale one to be dropped. The block ends, so that what follows is looked up. */
export const fenceI: Build = (e) => e.goto(e.next);

export const sfence: Build = (e, insn) => order(e, insn, e.x(insn.rs1));

/** SFENCE.W.INVAL and SFENCE.INVAL.IR order what is in order here. */
export const sfenceOrder: Build = (e, insn) => order(e, insn, e.b.i64(0));

function order(e: Emitter, insn: Insn, address: Value): void {
  e.b.call(H_SFENCE, e.b.u64(insn.raw), address, e.b.pc(e.next));
  e.look();
}

export const wfi: Build = (e, insn) => e.leave(H_WFI, e.b.u64(insn.raw), e.b.pc(e.next));

/** There are no caches: all that is left of it is whether it may be done. */
export const cbo: Build = (e, insn) => {
  e.b.call(H_CBO, e.b.u64(insn.raw), e.x(insn.rs1));
};

export const cboZero: Build = (e, insn) => {
  if ((e.mode & M_CBO_ZERO) === 0) return e.illegal(insn);
  const { b } = e;
  const block = b.and(e.x(insn.rs1), b.i64(-CACHE_BLOCK));
  const zeros = b.vzero();
  for (let offset = 0; offset < CACHE_BLOCK; offset += 1 << SIXTEEN)
    b.store(b.add(block, b.i64(offset)), zeros, SIXTEEN);
};

export const ecall: Build = leave("ecall");
export const ebreak: Build = (e) => e.leave(H_EBREAK, e.b.pc(e.at));

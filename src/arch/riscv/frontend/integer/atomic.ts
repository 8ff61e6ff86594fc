// LR, SC and AMOs (unprivileged 13), Zacas, Zabha: IR's atomic accesses, which are ordered however aq and rl are.

import { ATOMIC_CAS, ATOMIC_LOAD_EXCLUSIVE, ATOMIC_STORE_EXCLUSIVE, MEM_ALIGN } from "../../../../layout/access.js";
import type { Emitter } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Build } from "../row.js";
import { BYTE, DOUBLE, HALF } from "./memory.js";

const H_AMOCAS_Q = helperId("riscv_amocas_q");

/** Memory's value, which IR zero-extends, as a register gets it. */
function setLoaded(e: Emitter, rd: number, value: number, size: number): void {
  const bits = size === BYTE ? 8 : size === HALF ? 16 : 32;
  e.setX(rd, size === DOUBLE ? value : e.b.sext(value, bits));
}

export function lr(size: number): Build {
  return (e, { rd, rs1 }) => {
    const old = e.b.atomic(e.x(rs1), ATOMIC_LOAD_EXCLUSIVE | MEM_ALIGN | size);
    setLoaded(e, rd, old, size);
  };
}

export function sc(size: number): Build {
  return (e, { rd, rs1, rs2 }) => e.setX(rd, e.b.atomic(e.x(rs1), ATOMIC_STORE_EXCLUSIVE | MEM_ALIGN | size, e.x(rs2)));
}

export function amo(operation: number, size: number): Build {
  return (e, { rd, rs1, rs2 }) => {
    const old = e.b.atomic(e.x(rs1), operation | MEM_ALIGN | size, e.x(rs2));
    setLoaded(e, rd, old, size);
  };
}

/** rd is what is expected, and gets what was there. */
export function amocas(size: number): Build {
  return (e, { rd, rs1, rs2 }) => {
    const old = e.b.atomic(e.x(rs1), ATOMIC_CAS | MEM_ALIGN | size, e.x(rs2), e.x(rd));
    setLoaded(e, rd, old, size);
  };
}

/** 16 bytes, in pairs of registers of which the first is even. */
export const amocasQ: Build = (e, insn) => {
  if ((insn.rd | insn.rs2) & 1) return e.illegal(insn);
  e.b.call(H_AMOCAS_Q, e.b.u64(insn.raw), e.x(insn.rs1));
};

// CSRRW, CSRRS, CSRRC and their immediate forms (Zicsr). Registers without side effects are slots; of the rest core knows the rules.

import { Ty } from "../../../../ir/ops.js";
import * as R from "../../layout.js";
import type { Emitter } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";
import type { Build } from "../row.js";
import { readStatus, statusChange, statusOf } from "./status.js";

const H_READ = helperId("riscv_csr_read");
const H_WRITE = helperId("riscv_csr_write");

const MACHINE = { privilege: R.PRIV_MACHINE };
const SUPERVISOR = { privilege: R.PRIV_SUPERVISOR };
/** Of an address of code bit 0 is 0. */
const CODE = -2;

/** Programs read it behind loads that may have been cut short. */
const VL = 0xc20;

interface Plain {
  readonly privilege: number;
  readonly slot: number;
  /** Bits that can be set; sign-extended. */
  readonly mask: number;
}

/** By their numbers: what handlers use all the time. */
const PLAIN: ReadonlyMap<number, Plain> = new Map([
  [0x140, { ...SUPERVISOR, slot: R.RV_SSCRATCH, mask: -1 }],
  [0x141, { ...SUPERVISOR, slot: R.RV_SEPC, mask: CODE }],
  [0x142, { ...SUPERVISOR, slot: R.RV_SCAUSE, mask: -1 }],
  [0x143, { ...SUPERVISOR, slot: R.RV_STVAL, mask: -1 }],
  [0x340, { ...MACHINE, slot: R.RV_MSCRATCH, mask: -1 }],
  [0x341, { ...MACHINE, slot: R.RV_MEPC, mask: CODE }],
  [0x342, { ...MACHINE, slot: R.RV_MCAUSE, mask: -1 }],
  [0x343, { ...MACHINE, slot: R.RV_MTVAL, mask: -1 }],
]);

type Operand = (e: Emitter, insn: Insn) => number;
type Combine = (e: Emitter, old: number, operand: number) => number;

const replace: Combine = (_e, _old, operand) => operand;
const set: Combine = (e, old, operand) => e.b.or(old, operand);
const clear: Combine = (e, old, operand) => e.b.and(old, e.b.not(operand));

function access(combine: Combine, operandOf: Operand, writes: (insn: Insn) => boolean): Build {
  return (e, insn) => {
    const { b } = e;
    const plain = PLAIN.get(insn.csr);
    if (plain && e.privilege >= plain.privilege) {
      const old = b.ld(plain.slot, Ty.I64);
      const value = combine(e, old, operandOf(e, insn));
      if (writes(insn)) b.st(plain.slot, b.and(value, b.i64(plain.mask)));
      e.setX(insn.rd, old);
    } else if (status(e, insn, combine, operandOf, writes(insn))) return;
    else if (insn.csr === VL && !writes(insn) && (e.mode & R.M_VS_ON) !== 0)
      e.setX(insn.rd, b.extu(b.ld(R.RV_VL, Ty.I32)));
    else if (writes(insn)) {
      const old = b.call(H_WRITE, b.u64(insn.raw), operandOf(e, insn), b.pc(e.next));
      e.setX(insn.rd, old);
      e.look();
    } else {
      const value = b.call(H_READ, b.u64(insn.raw));
      e.setX(insn.rd, value);
    }
  };
}

/** mstatus and sstatus: whether they were read, or changed by bits that are known when this is translated. */
function status(e: Emitter, insn: Insn, combine: Combine, operandOf: Operand, writes: boolean): boolean {
  const of = statusOf(e, insn.csr);
  if (!of) return false;
  const old = readStatus(e, of);
  if (writes) {
    const operand = operandOf(e, insn);
    if (combine === replace) return false;
    const change = statusChange(e, of, operand, combine === set);
    if (!change) return false;
    e.setX(insn.rd, old);
    change();
    return true;
  }
  e.setX(insn.rd, old);
  return true;
}

const register = (e: Emitter, insn: Insn) => e.x(insn.rs1);
const number = (e: Emitter, insn: Insn) => e.b.i64(insn.imm);
/** Setting or clearing by x0, or no bits, does not write (unprivileged 6.1, table 4). */
const unlessX0 = (insn: Insn) => insn.rs1 !== 0;
const unlessNone = (insn: Insn) => insn.imm !== 0;
const always = () => true;

export const csrrw = access(replace, register, always);
export const csrrs = access(set, register, unlessX0);
export const csrrc = access(clear, register, unlessX0);
export const csrrwi = access(replace, number, always);
export const csrrsi = access(set, number, unlessNone);
export const csrrci = access(clear, number, unlessNone);

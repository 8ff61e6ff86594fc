// mstatus and sstatus without a helper: what systems do to it at every trap and around every critical section.

import type { Value } from "../../../../ir/builder.js";
import { Ty } from "../../../../ir/ops.js";
import { MODE_MMU_MASK, MODE_MMU_SHIFT, MODE_ONE_INSN, S_MODE, S_PC } from "../../../../layout/vcpu.js";
import * as R from "../../layout.js";
import type { Emitter } from "../emitter.js";
import { helperId } from "../helpers.js";

const H_DUE = helperId("riscv_due");

// Bits of mstatus (privileged 3.1.6).
const SIE = 1 << 1;
const MIE = 1 << 3;
const SPIE = 1 << 5;
const MPIE = 1 << 7;
const SPP = 1 << 8;
const SUM = 1 << 18;
const MXR = 1 << 19;

interface Status {
  readonly privilege: number;
  /** Bits that are seen, low half and high half. */
  readonly seen: readonly [number, number];
  /** Of those that are dealt with here the ones that can be written; the others of this register are the same in both. */
  readonly writable: number;
}

const STATUS: ReadonlyMap<number, Status> = new Map([
  [
    0x100,
    {
      privilege: R.PRIV_SUPERVISOR,
      seen: [SIE | SPIE | SPP | R.MSTATUS_VS | R.MSTATUS_FS | SUM | MXR, 0x80000003 | 0],
      writable: SIE | SPIE | SPP | SUM | R.MSTATUS_FS | R.MSTATUS_VS,
    },
  ],
  [
    0x300,
    {
      privilege: R.PRIV_MACHINE,
      seen: [-1, -1],
      writable: SIE | MIE | SPIE | MPIE | SPP | SUM | R.MSTATUS_FS | R.MSTATUS_VS,
    },
  ],
]);

/** The one of this number, where it may be accessed. */
export function statusOf(e: Emitter, csr: number): Status | undefined {
  const status = STATUS.get(csr);
  return status && e.privilege >= status.privilege ? status : undefined;
}

/** UXL and SXL are 64 bits; SD says that FS or VS is dirty. */
export function readStatus(e: Emitter, { seen }: Status): Value {
  const { b } = e;
  const value = b.ld(R.RV_MSTATUS, Ty.I64);
  const dirty = (field: number) => b.eq(b.and(value, b.i64(field)), b.i64(field));
  const sd = b.shl(b.extu(b.or(dirty(R.MSTATUS_FS), dirty(R.MSTATUS_VS))), b.i64(63));
  return b.or(b.and(b.or(value, b.i64(0, 0xa)), b.i64(...seen)), sd);
}

/** How to set or clear bits of which it is known what follows from them; undefined for others. It may end the block. */
export function statusChange(e: Emitter, { writable }: Status, operand: Value, set: boolean): (() => void) | undefined {
  const { b } = e;
  const bits = b.maybeLow(operand);
  if (b.maybeHigh(operand) !== 0 || (bits & ~writable) !== 0) return undefined;
  if (bits === SUM && b.isConst(operand) && canSwitch(e, set)) return () => switchMmu(e, set);
  const quiet = set ? SPIE | MPIE | SPP : quietToClear(e);
  const enabling = set ? bits & (SIE | MIE) : 0;
  if ((bits & ~(quiet | enabling)) !== 0) return undefined;
  return () => {
    change(e, operand, set);
    if (enabling === 0) return;
    e.b.call(H_DUE);
    e.b.st(S_PC, e.b.pc(e.next));
    e.look();
  };
}

function change({ b }: Emitter, operand: Value, set: boolean): void {
  const old = b.ld(R.RV_MSTATUS, Ty.I64);
  b.st(R.RV_MSTATUS, set ? b.or(old, operand) : b.and(old, b.not(operand)));
}

/** What follows is translated for another mode. */
function switchMmu(e: Emitter, sum: boolean): void {
  const { b } = e;
  change(e, b.i64(SUM), sum);
  b.st(S_MODE, b.i32(withMmu(e.mode, sum ? R.MMU_SUM : R.MMU_SUPERVISOR)));
  b.st(S_PC, b.pc(e.next));
  b.exit();
  e.ended = true;
}

function mmu(e: Emitter): number {
  return (e.mode >> MODE_MMU_SHIFT) & MODE_MMU_MASK;
}

function withMmu(mode: number, mmu: number): number {
  return (mode & ~((MODE_MMU_MASK << MODE_MMU_SHIFT) | MODE_ONE_INSN)) | (mmu << MODE_MMU_SHIFT);
}

/** Of a supervisor SUM decides which TLB it uses. */
function canSwitch(e: Emitter, set: boolean): boolean {
  return e.privilege === R.PRIV_SUPERVISOR && mmu(e) === (set ? R.MMU_SUPERVISOR : R.MMU_SUM);
}

/** Bits whose clearing changes neither the mode nor what is due. */
function quietToClear(e: Emitter): number {
  let bits = SIE | MIE | SPIE | MPIE | SPP;
  const others = (MODE_MMU_MASK << MODE_MMU_SHIFT) | MODE_ONE_INSN | R.M_PRIV | R.M_CBO_ZERO;
  // A mode without bits of the units does not depend on what they are.
  if ((e.mode & ~others) === 0) bits |= R.MSTATUS_FS | R.MSTATUS_VS;
  if (e.privilege === R.PRIV_SUPERVISOR && mmu(e) === R.MMU_SUPERVISOR) bits |= SUM;
  return bits;
}

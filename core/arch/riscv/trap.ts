// Taking exceptions and interrupts, and the ways back from them.

import {
  IRQ_MEI,
  IRQ_MSI,
  IRQ_MTI,
  IRQ_SEI,
  IRQ_SSI,
  IRQ_STI,
  PRIV_MACHINE,
  PRIV_SUPERVISOR,
  PRIV_USER,
  RV_CAUSE,
  RV_MCAUSE,
  RV_MEDELEG,
  RV_MEPC,
  RV_MIDELEG,
  RV_MSTATUS,
  RV_MTVAL,
  RV_MTVEC,
  RV_PRIV,
  RV_SCAUSE,
  RV_SEPC,
  RV_STVAL,
  RV_STVEC,
  RV_TVAL,
  RV_UNIT_SEEN,
} from "../../../src/arch/riscv/layout";
import { E_LOG } from "../../../src/layout/engine";
import { LOG_INTERRUPT } from "../../../src/layout/log";
import {
  FAULT_NONE,
  STAT_INTERRUPTS,
  S_ATTENTION,
  S_EXCLUSIVE,
  S_FAULT,
  S_HALTED,
  S_INHIBIT,
} from "../../../src/layout/vcpu";
import { log } from "../../engine/host";
import { count, engine, getPc, setPc } from "../../engine/state";
import { CAUSE_INTERRUPT, ILLEGAL, INTERRUPT, MIE, MPIE, MPP, MPP_SHIFT, MPRV, SIE, SPIE, SPP, TSR } from "./bits";
import { due, mstatus, pending, privilege, updateInterrupts, updateMode } from "./mode";
import { raise } from "./raise";

/** Hook: the pending exception. */
export function deliver(cpu: i32): i32 {
  store<i32>(cpu + S_FAULT, FAULT_NONE);
  store<i32>(cpu + S_INHIBIT, 0);
  const cause = load<i32>(cpu + RV_CAUSE);
  const number = <u64>(cause & ~INTERRUPT);
  const interrupt = (cause & INTERRUPT) != 0;
  const delegated = load<u64>(cpu + (interrupt ? RV_MIDELEG : RV_MEDELEG));
  const supervisor = privilege(cpu) != PRIV_MACHINE && ((delegated >> number) & 1) != 0;
  const value = interrupt ? 0 : load<u64>(cpu + RV_TVAL);
  if (engine(E_LOG)) log(LOG_INTERRUPT, cause, <u32>value, <u32>getPc(cpu));
  const what = interrupt ? number | CAUSE_INTERRUPT : number;
  store<i32>(cpu + RV_UNIT_SEEN, 0);
  if (supervisor) enterSupervisor(cpu, what, value);
  else enterMachine(cpu, what, value);
  // Vectored (3.1.7): interrupts alone.
  const vector = load<u64>(cpu + (supervisor ? RV_STVEC : RV_MTVEC));
  setPc(cpu, (vector & ~3) + (interrupt && (vector & 1) != 0 ? number << 2 : 0));
  updateMode(cpu);
  updateInterrupts(cpu);
  return FAULT_NONE;
}

function enterSupervisor(cpu: i32, cause: u64, value: u64): void {
  const status = mstatus(cpu);
  store<u64>(cpu + RV_SCAUSE, cause);
  store<u64>(cpu + RV_SEPC, getPc(cpu));
  store<u64>(cpu + RV_STVAL, value);
  let next = status & ~(SIE | SPIE | SPP);
  if (status & SIE) next |= SPIE;
  if (privilege(cpu) == PRIV_SUPERVISOR) next |= SPP;
  store<u64>(cpu + RV_MSTATUS, next);
  store<i32>(cpu + RV_PRIV, PRIV_SUPERVISOR);
}

function enterMachine(cpu: i32, cause: u64, value: u64): void {
  const status = mstatus(cpu);
  store<u64>(cpu + RV_MCAUSE, cause);
  store<u64>(cpu + RV_MEPC, getPc(cpu));
  store<u64>(cpu + RV_MTVAL, value);
  let next = status & ~(MIE | MPIE | MPP);
  if (status & MIE) next |= MPIE;
  next |= (<u64>privilege(cpu)) << MPP_SHIFT;
  store<u64>(cpu + RV_MSTATUS, next);
  store<i32>(cpu + RV_PRIV, PRIV_MACHINE);
}

/** The one that comes first of `bits` (3.1.9). */
function first(bits: u64): i32 {
  if ((bits >> IRQ_MEI) & 1) return IRQ_MEI;
  if ((bits >> IRQ_MSI) & 1) return IRQ_MSI;
  if ((bits >> IRQ_MTI) & 1) return IRQ_MTI;
  if ((bits >> IRQ_SEI) & 1) return IRQ_SEI;
  if ((bits >> IRQ_SSI) & 1) return IRQ_SSI;
  return IRQ_STI;
}

/** Hook: an interrupt may be due. WFI ends when one is pending, whether it is taken or not (3.3.3). */
export function attention(cpu: i32): i32 {
  store<i32>(cpu + S_ATTENTION, 0);
  if (pending(cpu) != 0) store<i32>(cpu + S_HALTED, 0);
  const bits = due(cpu);
  if (bits == 0) return FAULT_NONE;
  count(cpu, STAT_INTERRUPTS);
  raise(cpu, INTERRUPT | first(bits), 0);
  return deliver(cpu);
}

export function riscv_mret(cpu: i32, encoding: i64, b: i64, c: i64): i64 {
  const status = mstatus(cpu);
  if (privilege(cpu) != PRIV_MACHINE) return illegal(cpu, encoding);
  const to = <i32>((status & MPP) >> MPP_SHIFT);
  let next = (status & ~(MIE | MPP)) | MPIE;
  if (status & MPIE) next |= MIE;
  if (to != PRIV_MACHINE) next &= ~MPRV;
  return back(cpu, next, to, load<u64>(cpu + RV_MEPC));
}

export function riscv_sret(cpu: i32, encoding: i64, b: i64, c: i64): i64 {
  const status = mstatus(cpu);
  const priv = privilege(cpu);
  if (priv == PRIV_USER || (priv == PRIV_SUPERVISOR && (status & TSR) != 0)) return illegal(cpu, encoding);
  const to = status & SPP ? PRIV_SUPERVISOR : PRIV_USER;
  let next = (status & ~(SIE | SPP | MPRV)) | SPIE;
  if (status & SPIE) next |= SIE;
  return back(cpu, next, to, load<u64>(cpu + RV_SEPC));
}

/** A reservation does not outlive the way back. */
function back(cpu: i32, status: u64, priv: i32, pc: u64): i64 {
  store<u64>(cpu + RV_MSTATUS, status);
  store<i32>(cpu + RV_PRIV, priv);
  store<i32>(cpu + RV_UNIT_SEEN, 0);
  store<i32>(cpu + S_EXCLUSIVE, 0);
  setPc(cpu, pc);
  updateMode(cpu);
  updateInterrupts(cpu);
  return 0;
}

export function illegal(cpu: i32, encoding: i64): i64 {
  raise(cpu, ILLEGAL, encoding);
  return 0;
}

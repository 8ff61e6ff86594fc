// CSR instructions (unprivileged 6; privileged 2, 3.1, 10.1): who may, what is read, and what a write does.

import {
  FEATURE_F,
  FEATURE_SSTC,
  FEATURE_STATEEN,
  FEATURE_SVADU,
  FEATURE_SVPBMT,
  FEATURE_V,
  PRIV_MACHINE,
  PRIV_SUPERVISOR,
  RV_FEATURES,
  RV_FFLAGS,
  RV_FRM,
  RV_LINES,
  RV_MCOUNTEREN,
  RV_MENVCFG,
  RV_MIDELEG,
  RV_MIE,
  RV_MIP,
  RV_MSTATEEN,
  RV_MSTATUS,
  RV_SATP,
  RV_SCOUNTEREN,
  RV_STIMECMP,
  RV_UNIT_SEEN,
  WIDEST_MODE_SHIFT,
} from "../../../src/arch/riscv/layout";
import { dropSpace, switchSpace } from "../../engine/softmmu/spaces";
import { flushTlb } from "../../engine/softmmu/tlb";
import { setPc } from "../../engine/state";
import {
  ADUE,
  CBCFE,
  CBIE,
  CBZE,
  FIOM,
  FS,
  IP_SEI,
  IP_SSI,
  IP_STI,
  MPP,
  MPP_SHIFT,
  MSTATUS_WRITABLE,
  MXR,
  PBMTE,
  SD,
  SSTATUS_SEEN,
  SSTATUS_WRITABLE,
  STATEEN_ENVCFG,
  STATEEN_SE,
  STCE,
  TVM,
  UXL_SXL,
  VS,
} from "./bits";
import { isCounter, readCounter, writeCounter } from "./counters";
import { EFFECT_INTERRUPTS, EFFECT_MODE, effectOf, featureOf, rowOf, slotOf, writableOf } from "./csr-table";
import { mstatus, privilege, updateInterrupts, updateMode } from "./mode";
import { readPmpAddress, readPmpConfig, writePmpAddress, writePmpConfig } from "./pmp";
import { asid, setSpace } from "./paging";
import { compare, stimecmpAllowed } from "./timer";
import { illegal } from "./trap";
import { isVectorCsr, readVectorCsr, vectorIsOn, writeVectorCsr } from "./vector/config";

/** Set by read() where there is no such register here. */
let absent = false;

// @ts-ignore: decorator
@inline function has(cpu: i32, feature: i32): bool {
  return (load<i32>(cpu + RV_FEATURES) & feature) == feature;
}

/** Whether the running privilege may access a register of this number (2.1), to write it where `writing`. */
function permitted(cpu: i32, number: i32, writing: bool): bool {
  const priv = privilege(cpu);
  if (priv < ((number >> 8) & 3)) return false;
  if (writing && number >> 10 == 3) return false;
  if (number == 0x180) return priv != PRIV_SUPERVISOR || (mstatus(cpu) & TVM) == 0;
  if (number == 0x14d) return stimecmpAllowed(cpu, priv);
  if (number >= 0xc00 && number < 0xc20) return counterAllowed(cpu, number - 0xc00, priv);
  if (has(cpu, FEATURE_STATEEN) && priv != PRIV_MACHINE) {
    if (number == 0x10a) return (load<u64>(cpu + RV_MSTATEEN) & STATEEN_ENVCFG) != 0;
    if (number >= 0x10c && number < 0x110)
      return (load<u64>(cpu + RV_MSTATEEN + ((number - 0x10c) << 3)) & STATEEN_SE) != 0;
  }
  return true;
}

function counterAllowed(cpu: i32, n: i32, priv: i32): bool {
  if (priv == PRIV_MACHINE) return true;
  if (((load<u64>(cpu + RV_MCOUNTEREN) >> n) & 1) == 0) return false;
  return priv == PRIV_SUPERVISOR || ((load<u64>(cpu + RV_SCOUNTEREN) >> n) & 1) != 0;
}

function read(cpu: i32, number: i32): u64 {
  if (number >= 1 && number <= 3 && (mstatus(cpu) & FS) != 0) return readFcsr(cpu, number);
  if (isVectorCsr(number) && vectorIsOn(cpu)) return readVectorCsr(cpu, number);
  const row = rowOf(number);
  if (row != 0 && has(cpu, featureOf(row))) return load<u64>(cpu + slotOf(row));
  switch (number) {
    case 0x300:
      return status(cpu);
    case 0x100:
      return status(cpu) & SSTATUS_SEEN;
    case 0x344:
      return load<u64>(cpu + RV_MIP) | <u64>load<u32>(cpu + RV_LINES);
    case 0x144:
      return (load<u64>(cpu + RV_MIP) | <u64>load<u32>(cpu + RV_LINES)) & load<u64>(cpu + RV_MIDELEG);
    case 0x104:
      return load<u64>(cpu + RV_MIE) & load<u64>(cpu + RV_MIDELEG);
    case 0x180:
      return load<u64>(cpu + RV_SATP);
    case 0x30a:
      return load<u64>(cpu + RV_MENVCFG);
    case 0x14d:
      return load<u64>(cpu + RV_STIMECMP);
    // mvendorid, marchid, mimpid, mconfigptr: nobody's (3.1.2 to 3.1.4).
    case 0xf11:
    case 0xf12:
    case 0xf13:
    case 0xf15:
      return 0;
  }
  if (isCounter(number)) return readCounter(cpu, number);
  if (number >= 0x3a0 && number < 0x3b0 && (number & 1) == 0)
    return number < 0x3a4 ? readPmpConfig(cpu, number - 0x3a0) : 0;
  if (number >= 0x3b0 && number < 0x3f0) return number < 0x3c0 ? readPmpAddress(cpu, number - 0x3b0) : 0;
  absent = true;
  return 0;
}

/** fflags, frm, fcsr (unprivileged 21.2). */
function readFcsr(cpu: i32, number: i32): u64 {
  const flags = <u64>load<u32>(cpu + RV_FFLAGS);
  const mode = <u64>load<u32>(cpu + RV_FRM);
  return number == 1 ? flags : number == 2 ? mode : flags | (mode << 5);
}

function writeFcsr(cpu: i32, number: i32, value: u64): void {
  if (number != 2) store<i32>(cpu + RV_FFLAGS, <i32>value & 31);
  if (number != 1) store<i32>(cpu + RV_FRM, <i32>(number == 2 ? value : value >> 5) & 7);
  store<u64>(cpu + RV_MSTATUS, mstatus(cpu) | FS);
  updateMode(cpu);
}

function status(cpu: i32): u64 {
  const value = mstatus(cpu) | UXL_SXL;
  return (value & FS) == FS || (value & VS) == VS ? value | SD : value;
}

// @ts-ignore: decorator
@inline function merge(cpu: i32, slot: i32, value: u64, mask: u64): void {
  store<u64>(cpu + slot, (load<u64>(cpu + slot) & ~mask) | (value & mask));
}

function write(cpu: i32, number: i32, value: u64): void {
  if (number <= 3) {
    writeFcsr(cpu, number, value);
    return;
  }
  if (isVectorCsr(number)) {
    writeVectorCsr(cpu, number, value);
    return;
  }
  const row = rowOf(number);
  if (row != 0) {
    let mask = writableOf(row);
    // CBIE = 2 is reserved.
    if (number == 0x10a && (value & CBIE) == 2 << 4) mask &= ~CBIE;
    merge(cpu, slotOf(row), value, mask);
    const effect = effectOf(row);
    if (effect & EFFECT_MODE) updateMode(cpu);
    if (effect & EFFECT_INTERRUPTS) updateInterrupts(cpu);
    return;
  }
  switch (number) {
    case 0x300:
      writeStatus(cpu, value, MSTATUS_WRITABLE);
      return;
    case 0x100:
      writeStatus(cpu, value, SSTATUS_WRITABLE);
      return;
    case 0x344:
      merge(cpu, RV_MIP, value, IP_SSI | IP_SEI | (load<u64>(cpu + RV_MENVCFG) & STCE ? 0 : IP_STI));
      updateInterrupts(cpu);
      return;
    case 0x144:
      merge(cpu, RV_MIP, value, IP_SSI & load<u64>(cpu + RV_MIDELEG));
      updateInterrupts(cpu);
      return;
    case 0x104:
      merge(cpu, RV_MIE, value, load<u64>(cpu + RV_MIDELEG));
      updateInterrupts(cpu);
      return;
    case 0x180:
      writeSatp(cpu, value);
      return;
    case 0x30a:
      writeMenvcfg(cpu, value);
      return;
    case 0x14d:
      store<u64>(cpu + RV_STIMECMP, value);
      compare(cpu);
      return;
  }
  if (isCounter(number)) writeCounter(cpu, number, value);
  else if (number >= 0x3a0 && number < 0x3a4) {
    writePmpConfig(cpu, number - 0x3a0, value);
    flushTlb(cpu, false);
  } else if (number >= 0x3b0 && number < 0x3c0) {
    writePmpAddress(cpu, number - 0x3b0, value);
    flushTlb(cpu, false);
  }
}

function writeStatus(cpu: i32, value: u64, mask: u64): void {
  const old = mstatus(cpu);
  // A privilege that does not exist.
  if ((value & MPP) >> MPP_SHIFT == 2) mask &= ~MPP;
  if (has(cpu, FEATURE_F)) mask |= FS;
  if (has(cpu, FEATURE_V)) mask |= VS;
  const next = (old & ~mask) | (value & mask);
  store<u64>(cpu + RV_MSTATUS, next);
  store<i32>(cpu + RV_UNIT_SEEN, 0);
  if ((old ^ next) & MXR) flushTlb(cpu, false);
  updateMode(cpu);
  updateInterrupts(cpu);
}

/** A mode that does not exist leaves all as it was (12.1.11). What is kept of other address spaces is of the same mode. New tables of the
 *  same address space are seen at once, which is more than there has to be. */
function writeSatp(cpu: i32, value: u64): void {
  const kind = <i32>(value >> 60);
  if (kind != 0 && (kind < 8 || kind > ((load<i32>(cpu + RV_FEATURES) >> WIDEST_MODE_SHIFT) & 15))) return;
  const old = load<u64>(cpu + RV_SATP);
  if (old == value) return;
  store<u64>(cpu + RV_SATP, value);
  if (old >> 60 != value >> 60) {
    flushTlb(cpu, false);
    setSpace(cpu);
  } else if (asid(old) == asid(value)) dropSpace(cpu, asid(value));
  else switchSpace(cpu, asid(value));
}

function writeMenvcfg(cpu: i32, value: u64): void {
  let mask = FIOM | CBIE | CBCFE | CBZE;
  if ((value & CBIE) == 2 << 4) mask &= ~CBIE;
  if (has(cpu, FEATURE_SVADU)) mask |= ADUE;
  if (has(cpu, FEATURE_SVPBMT)) mask |= PBMTE;
  if (has(cpu, FEATURE_SSTC)) mask |= STCE;
  merge(cpu, RV_MENVCFG, value, mask);
  flushTlb(cpu, false);
  compare(cpu);
  updateMode(cpu);
}

/** Helper: CSRRS and the like that only read. */
export function riscv_csr_read(cpu: i32, encoding: i64, b: i64, c: i64): i64 {
  const number = <i32>(encoding >> 20) & 0xfff;
  absent = false;
  if (!permitted(cpu, number, false)) return illegal(cpu, encoding);
  const value = read(cpu, number);
  return absent ? illegal(cpu, encoding) : value;
}

/** Helper: whether an interrupt is due now that mstatus was written. */
export function riscv_due(cpu: i32, a: i64, b: i64, c: i64): i64 {
  updateInterrupts(cpu);
  return 0;
}

/** Helper: writes, and gives what was there. */
export function riscv_csr_write(cpu: i32, encoding: i64, operand: i64, next: i64): i64 {
  const number = <i32>(encoding >> 20) & 0xfff;
  absent = false;
  if (!permitted(cpu, number, true)) return illegal(cpu, encoding);
  const old = read(cpu, number);
  if (absent) return illegal(cpu, encoding);
  const kind = (<i32>encoding >> 12) & 3;
  // What a line asserts is not written back (3.1.9).
  const base = number == 0x344 ? load<u64>(cpu + RV_MIP) : old;
  write(cpu, number, kind == 1 ? operand : kind == 2 ? base | operand : base & ~operand);
  setPc(cpu, next);
  return old;
}

// RDMSR and WRMSR (Intel SDM volume 4; AMD's manuals for family 0Fh). Registers without effect here are kept in X_MSR_STORE. Others
// read as 0 and take no notice of writes, as QEMU has it, and are logged: systems write registers of the model they believe in.

import {
  FS,
  GS,
  RAX,
  RCX,
  RDX,
  SEG_BASE,
  X_APIC_BASE,
  X_CSTAR,
  X_EFER,
  X_KERNEL_GS,
  X_LSTAR,
  X_MISC_ENABLE,
  X_MSR_STORE,
  X_PAT,
  X_SFMASK,
  X_STAR,
  X_SYSENTER_CS,
  X_SYSENTER_EIP,
  X_SYSENTER_ESP,
  X_TSC_AUX,
  X_TSC_OFFSET,
} from "../../../src/arch/x86/layout";
import {
  HOST_APIC_BASE,
  HOST_DEADLINE_GET,
  HOST_DEADLINE_SET,
  HOST_TSC_OFFSET,
  HOST_X2APIC_CHECK,
  HOST_X2APIC_READ,
  HOST_X2APIC_WRITE,
  LOG_MISSING_MSR,
  LOG_UNKNOWN_MSR,
} from "../../../src/arch/x86/host-calls";
import { S_PC } from "../../../src/layout/vcpu";
import { log } from "../../engine/host";
import { guestCall, guestCallHigh } from "./host";
import { flushTlb } from "../../engine/softmmu/tlb";
import { CR0_PG, EFER_FFXSR, EFER_LMA, EFER_LME, EFER_NXE, EFER_SCE, PHYS_BITS } from "./bits";
import { isAmd } from "./cpuid";
import { raiseGP } from "./raise";
import { updateMode } from "./mode";
import { canonical, cr0, efer, faulted, feature, seg } from "./regs";
import { virtualTime } from "../../engine/time";
import { readTsc } from "./tsc";

// Slots of X_MSR_STORE.
const ST_MTRR_VARIABLE: i32 = 0;
const ST_MTRR_FIXED: i32 = 16;
const ST_MTRR_DEFAULT: i32 = 27;
const ST_TSC_ADJUST: i32 = 28;
const ST_HWCR: i32 = 29;
const ST_SYSCFG: i32 = 30;
const ST_MCG_STATUS: i32 = 31;
const ST_DEBUGCTL: i32 = 32;
const ST_BIOS_SIGN: i32 = 33;
const ST_INT_PENDING: i32 = 34;
const ST_DE_CFG: i32 = 35;
const ST_LS_CFG: i32 = 39;

function slot(cpu: i32, n: i32): i32 {
  return cpu + X_MSR_STORE + (n << 3);
}

/** Where a register that is merely kept lives, or 0. Offset from cpu. */
function kept(msr: u32): i32 {
  if (msr >= 0x200 && msr <= 0x20f) return X_MSR_STORE + <i32>((msr - 0x200 + ST_MTRR_VARIABLE) << 3);
  if (msr >= 0x268 && msr <= 0x26f) return X_MSR_STORE + <i32>((msr - 0x268 + 3 + ST_MTRR_FIXED) << 3);
  let n = -1;
  switch (msr) {
    case 0x250:
      n = ST_MTRR_FIXED;
      break;
    case 0x258:
      n = ST_MTRR_FIXED + 1;
      break;
    case 0x259:
      n = ST_MTRR_FIXED + 2;
      break;
    case 0x2ff:
      n = ST_MTRR_DEFAULT;
      break;
    case 0x17a:
      n = ST_MCG_STATUS;
      break;
    case 0x1d9:
      n = ST_DEBUGCTL;
      break;
    case 0x8b:
      n = ST_BIOS_SIGN;
      break;
    case 0xc0010010:
      n = ST_SYSCFG;
      break;
    case 0xc0010015:
      n = ST_HWCR;
      break;
    case 0xc0010055:
      n = ST_INT_PENDING;
      break;
    case 0xc0011029:
      n = ST_DE_CFG;
      break;
    case 0xc0011020:
      n = ST_LS_CFG;
      break;
    case 0x174:
      return X_SYSENTER_CS;
    case 0x1a0:
      return X_MISC_ENABLE;
    case 0x277:
      return X_PAT;
    case 0xc0000081:
      return X_STAR;
    case 0xc0000084:
      return X_SFMASK;
  }
  return n < 0 ? 0 : X_MSR_STORE + (n << 3);
}

/** Registers that hold a canonical address, or 0. Offset from cpu. */
function address(cpu: i32, msr: u32): i32 {
  switch (msr) {
    case 0x175:
      return X_SYSENTER_ESP;
    case 0x176:
      return X_SYSENTER_EIP;
    case 0xc0000082:
      return X_LSTAR;
    case 0xc0000083:
      return X_CSTAR;
    case 0xc0000100:
      return seg(cpu, FS) + SEG_BASE - cpu;
    case 0xc0000101:
      return seg(cpu, GS) + SEG_BASE - cpu;
    case 0xc0000102:
      return X_KERNEL_GS;
  }
  return 0;
}

function unknown(cpu: i32, msr: u32, write: u32): u64 {
  log(LOG_UNKNOWN_MSR, write, msr, load<u32>(cpu + S_PC));
  return 0;
}

/** Of the x2APIC's: they answer for themselves. */
function refused(cpu: i32, msr: u32, write: u32): u64 {
  log(LOG_MISSING_MSR, write, msr, load<u32>(cpu + S_PC));
  raiseGP(cpu, 0);
  return 0;
}

/** AMD's own on another vendor's processor. */
function foreign(cpu: i32, msr: u32): bool {
  return msr >>> 16 == 0xc001 && !isAmd(cpu);
}

/** A register's value; S_FAULT is set where it cannot be read. */
export function readMsr(cpu: i32, msr: u32): u64 {
  if (foreign(cpu, msr)) return unknown(cpu, msr, 0);
  const at = kept(msr) | address(cpu, msr);
  if (at) return load<u64>(cpu + at);
  if (msr >= 0x800 && msr <= 0x8ff) {
    const index = <i32>(msr - 0x800);
    if ((guestCall(HOST_X2APIC_CHECK + index, 0, 0) & 1) == 0) return refused(cpu, msr, 0);
    const low = <u64>guestCall(HOST_X2APIC_READ + index, 0, 0);
    return low | ((<u64>guestCallHigh()) << 32);
  }
  switch (msr) {
    case 0x10:
      return readTsc(cpu);
    case 0x1b:
      return load<u64>(cpu + X_APIC_BASE);
    case 0x3b:
      return load<u64>(slot(cpu, ST_TSC_ADJUST));
    case 0xfe:
      return 0x508;
    case 0xc0000080:
      return <u64>(<u32>efer(cpu));
    case 0xc0000103:
      return <u64>load<u32>(cpu + X_TSC_AUX);
    case 0x6e0: {
      if (!feature(cpu, 0, 24)) break;
      const low = <u64>guestCall(HOST_DEADLINE_GET, 0, 0);
      const time = low | ((<u64>guestCallHigh()) << 32);
      return time == 0 ? 0 : time + load<u64>(cpu + X_TSC_OFFSET);
    }
    // P5 machine check, platform id, machine-check capability: no banks.
    case 0:
    case 1:
    case 0x17:
    case 0x2a:
    case 0x179:
    // Performance and thermal status, last branch.
    case 0x198:
    case 0x199:
    case 0x19a:
    case 0x19b:
    case 0x19c:
    case 0x1db:
    case 0x1dc:
    case 0x1dd:
    case 0x1de:
    // AMD: IORRs, top of memory, MMIO configuration base.
    case 0xc0010016:
    case 0xc0010017:
    case 0xc0010018:
    case 0xc0010019:
    case 0xc001001a:
    case 0xc001001d:
    case 0xc001001f:
    case 0xc0010058:
      return 0;
    case 0x3a:
      return 1;
    // Performance status of AMD: one state.
    case 0xc0010061:
    case 0xc0010062:
    case 0xc0010063:
      return 0;
  }
  return unknown(cpu, msr, 0);
}

/** Writes a register; S_FAULT is set where it does not take the value. */
export function writeMsr(cpu: i32, msr: u32, value: u64): void {
  if (foreign(cpu, msr)) {
    unknown(cpu, msr, 1);
    return;
  }
  const canonicalAt = address(cpu, msr);
  if (canonicalAt) {
    if (!canonical(value)) raiseGP(cpu, 0);
    else store<u64>(cpu + canonicalAt, value);
    return;
  }
  if (msr == 0x277 && !validPat(value)) {
    raiseGP(cpu, 0);
    return;
  }
  const at = kept(msr);
  if (at) {
    if (msr == 0x8b) value = 0;
    store<u64>(cpu + at, value);
    return;
  }
  if (msr >= 0x800 && msr <= 0x8ff) {
    const index = <i32>(msr - 0x800);
    if ((guestCall(HOST_X2APIC_CHECK + index, 0, 0) & 2) == 0) refused(cpu, msr, 1);
    else if (guestCall(HOST_X2APIC_WRITE + index, <u32>value, <u32>(value >> 32))) raiseGP(cpu, 0);
    return;
  }
  switch (msr) {
    case 0x10: {
      const old = load<u64>(cpu + X_TSC_OFFSET);
      setTscOffset(cpu, value - <u64>virtualTime(cpu), old);
      return;
    }
    case 0x3b: {
      const old = load<u64>(cpu + X_TSC_OFFSET);
      setTscOffset(cpu, old + value - load<u64>(slot(cpu, ST_TSC_ADJUST)), old);
      return;
    }
    case 0x1b:
      writeApicBase(cpu, value);
      return;
    case 0x6e0: {
      if (!feature(cpu, 0, 24)) break;
      let time = value == 0 ? 0 : value - load<u64>(cpu + X_TSC_OFFSET);
      // A deadline before time began has passed all the same.
      if (value != 0 && <i64>time <= 0) time = 1;
      guestCall(HOST_DEADLINE_SET, <u32>time, <u32>(time >> 32));
      return;
    }
    case 0xc0000080:
      writeEfer(cpu, value);
      return;
    case 0xc0000103:
      if (value >> 32 != 0) raiseGP(cpu, 0);
      else store<u64>(cpu + X_TSC_AUX, value);
      return;
    // Read-only or without effect.
    case 0:
    case 1:
    case 0x2a:
    case 0x79:
    case 0x199:
    case 0x19a:
    case 0x19b:
    case 0xc0010016:
    case 0xc0010017:
    case 0xc0010018:
    case 0xc0010019:
    case 0xc001001a:
    case 0xc001001d:
    case 0xc001001f:
    case 0xc0010058:
    case 0xc0010062:
      return;
  }
  unknown(cpu, msr, 1);
}

function setTscOffset(cpu: i32, offset: u64, old: u64): void {
  store<u64>(slot(cpu, ST_TSC_ADJUST), load<u64>(slot(cpu, ST_TSC_ADJUST)) + offset - old);
  store<u64>(cpu + X_TSC_OFFSET, offset);
  guestCall(HOST_TSC_OFFSET, <u32>offset, <u32>(offset >> 32));
}

/** Each byte a memory type: 0, 1, 4, 5, 6, 7. */
function validPat(value: u64): bool {
  for (let i = 0; i < 8; i++) {
    const type = <i32>(value >> (i << 3)) & 0xff;
    if (type > 7 || type == 2 || type == 3) return false;
  }
  return true;
}

function writeEfer(cpu: i32, value: u64): void {
  const old = efer(cpu);
  let allowed = 0;
  if (feature(cpu, 5, 11)) allowed |= EFER_SCE;
  if (feature(cpu, 5, 29)) allowed |= EFER_LME | EFER_LMA;
  if (feature(cpu, 5, 20)) allowed |= EFER_NXE;
  if (feature(cpu, 5, 25)) allowed |= EFER_FFXSR;
  const v = <i32>value;
  if (value >> 32 != 0 || (v & ~allowed) != 0 || (((old ^ v) & EFER_LME) != 0 && (cr0(cpu) & CR0_PG) != 0)) {
    raiseGP(cpu, 0);
    return;
  }
  store<u64>(cpu + X_EFER, <u64>(<u32>((v & ~EFER_LMA) | (old & EFER_LMA))));
  if ((old ^ v) & EFER_NXE) flushTlb(cpu, false);
  updateMode(cpu);
}

/** Enable and x2APIC bits as SDM volume 3, 10.12.1 allows; the machine moves the APIC. */
function writeApicBase(cpu: i32, value: u64): void {
  const old = load<u64>(cpu + X_APIC_BASE);
  const allowed = ((((<u64>1) << PHYS_BITS) - 1) & ~0xfff) | 0x900 | (feature(cpu, 0, 21) ? 0x400 : 0);
  const on = (value & 0x800) != 0;
  const x2 = (value & 0x400) != 0;
  const wasX2 = (old & 0x400) != 0;
  const wasOn = (old & 0x800) != 0;
  if ((value & ~allowed) != 0 || (x2 && !on) || (wasX2 && on && !x2) || (x2 && !wasOn)) {
    raiseGP(cpu, 0);
    return;
  }
  store<u64>(cpu + X_APIC_BASE, value);
  guestCall(HOST_APIC_BASE, <u32>value, <u32>(value >> 32));
}

/** Helper RDMSR: EDX:EAX from the register ECX. */
export function x86_rdmsr(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const value = readMsr(cpu, load<u32>(cpu + RCX));
  if (faulted(cpu)) return 0;
  store<u64>(cpu + RAX, value & 0xffffffff);
  store<u64>(cpu + RDX, value >> 32);
  return 0;
}

/** Helper WRMSR. Ends the block. */
export function x86_wrmsr(cpu: i32, a: i64, b: i64, c: i64): i64 {
  writeMsr(cpu, load<u32>(cpu + RCX), <u64>load<u32>(cpu + RAX) | ((<u64>load<u32>(cpu + RDX)) << 32));
  return 0;
}

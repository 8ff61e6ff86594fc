// FXSAVE, FXRSTOR, XSAVE, XSAVEOPT, XRSTOR for the x87 and SSE components (Intel SDM volume 1, 10.5 and chapter 13).

import {
  M_AC,
  X_FCS,
  X_FCW,
  X_FDP,
  X_FDS,
  X_FIP,
  X_FOP,
  X_FPR,
  X_FSW,
  X_FTAG,
  X_FTOP,
  X_MXCSR,
  X_XCR0,
  X_XMM,
} from "../../../src/arch/x86/layout";
import { ld16, ld32, ld64, ld8, probeRead, probeWrite, st16, st32, st64, st8 } from "../../engine/softmmu/access";
import { S_ONE_INSN } from "../../../src/layout/vcpu";
import { mmuIndex, mode } from "../../engine/state";
import { CR0_TS, CR4_OSXSAVE } from "./bits";
import { raiseMisaligned, raiseGP, raiseNM, raiseUD } from "./raise";
import { cr0, cr4, faulted, isCode64 } from "./regs";
import { updateSummary } from "./x87/state";

const MXCSR_MASK: u32 = 0xffff;

/** Stores of these instructions cover several places: plain memory is written at once; anything else needs a block of its own. */
function writable(cpu: i32, va: u64, size: i32, mmu: i32): bool {
  if (!probeWrite(cpu, va, size, mmu)) return false;
  if (load<i32>(cpu + S_ONE_INSN) != 0) return true;
  // A first store shows whether the page is plain: it repeats the byte that is there.
  st8(cpu, va, ld8(cpu, va, mmu), mmu);
  if (faulted(cpu)) return false;
  const last = va + size - 1;
  st8(cpu, last, ld8(cpu, last, mmu), mmu);
  return !faulted(cpu);
}

/** An area that is not where it has to be: #GP(0), but #AC where alignment is checked and not even a multiple of 4 (SDM volume 2, FXSAVE, has it
 *  as the implementation's choice; this is what processors do). */
function misalignedArea(cpu: i32, va: u64): i32 {
  return (mode(cpu) & M_AC) != 0 && (va & 3) != 0 ? raiseMisaligned(cpu, va) : raiseGP(cpu, 0);
}

function saveX87(cpu: i32, va: u64, wide: bool, mmu: i32): void {
  const top = load<i32>(cpu + X_FTOP) & 7;
  st16(cpu, va, load<u32>(cpu + X_FCW) & 0xffff, mmu);
  st16(cpu, va + 2, (load<u32>(cpu + X_FSW) & 0xc7ff) | (top << 11), mmu);
  st16(cpu, va + 4, ~load<u32>(cpu + X_FTAG) & 0xff, mmu);
  st16(cpu, va + 6, load<u32>(cpu + X_FOP) & 0x7ff, mmu);
  if (wide) {
    st64(cpu, va + 8, load<u64>(cpu + X_FIP), mmu);
    st64(cpu, va + 16, load<u64>(cpu + X_FDP), mmu);
  } else {
    st32(cpu, va + 8, load<u32>(cpu + X_FIP), mmu);
    st32(cpu, va + 12, load<u32>(cpu + X_FCS) & 0xffff, mmu);
    st32(cpu, va + 16, load<u32>(cpu + X_FDP), mmu);
    st32(cpu, va + 20, load<u32>(cpu + X_FDS) & 0xffff, mmu);
  }
  for (let i = 0; i < 8; i++) {
    const from = cpu + X_FPR + (((top + i) & 7) << 4);
    st64(cpu, va + 32 + 16 * i, load<u64>(from), mmu);
    st64(cpu, va + 40 + 16 * i, load<u64>(from + 8) & 0xffff, mmu);
  }
}

function loadX87(cpu: i32, va: u64, wide: bool, mmu: i32): void {
  const fsw = ld16(cpu, va + 2, mmu);
  const top = (fsw >> 11) & 7;
  store<i32>(cpu + X_FCW, (ld16(cpu, va, mmu) & 0x1f3f) | 0x40);
  store<i32>(cpu + X_FSW, fsw & 0xc7ff);
  store<i32>(cpu + X_FTOP, top);
  store<i32>(cpu + X_FTAG, ~ld8(cpu, va + 4, mmu) & 0xff);
  store<i32>(cpu + X_FOP, ld16(cpu, va + 6, mmu) & 0x7ff);
  if (wide) {
    store<u64>(cpu + X_FIP, ld64(cpu, va + 8, mmu));
    store<u64>(cpu + X_FDP, ld64(cpu, va + 16, mmu));
  } else {
    store<u64>(cpu + X_FIP, ld32(cpu, va + 8, mmu));
    store<i32>(cpu + X_FCS, ld16(cpu, va + 12, mmu));
    store<u64>(cpu + X_FDP, ld32(cpu, va + 16, mmu));
    store<i32>(cpu + X_FDS, ld16(cpu, va + 20, mmu));
  }
  for (let i: u32 = 0; i < 8; i++) {
    const to = cpu + X_FPR + (((top + i) & 7) << 4);
    store<u64>(to, ld64(cpu, va + 32 + 16 * i, mmu));
    store<u64>(to + 8, ld16(cpu, va + 40 + 16 * i, mmu));
  }
  updateSummary(cpu);
}

/** State of FNINIT with empty registers, as XRSTOR initialises the x87 component. */
function initX87(cpu: i32): void {
  store<i32>(cpu + X_FCW, 0x37f);
  store<i32>(cpu + X_FSW, 0);
  store<i32>(cpu + X_FTOP, 0);
  store<i32>(cpu + X_FTAG, 0xff);
  store<i32>(cpu + X_FOP, 0);
  store<u64>(cpu + X_FIP, 0);
  store<u64>(cpu + X_FDP, 0);
  store<i32>(cpu + X_FCS, 0);
  store<i32>(cpu + X_FDS, 0);
  memory.fill(cpu + X_FPR, 0, 128);
}

// @ts-ignore: decorator
@inline function xmmCount(cpu: i32): i32 {
  return isCode64(cpu) ? 16 : 8;
}

function saveXmm(cpu: i32, va: u64, mmu: i32): void {
  const n = xmmCount(cpu) << 1;
  for (let i = 0; i < n; i++) st64(cpu, va + 160 + 8 * i, load<u64>(cpu + X_XMM + 8 * i), mmu);
}

function loadXmm(cpu: i32, va: u64, mmu: i32): void {
  const n = xmmCount(cpu) << 1;
  for (let i = 0; i < n; i++) store<u64>(cpu + X_XMM + 8 * i, ld64(cpu, va + 160 + 8 * i, mmu));
}

/** Helper FXSAVE: a = linear address, b = operand size. CR0.EM and TS have been looked at by the row's check. */
export function x86_fxsave(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const va = <u64>a;
  if (va & 15) return misalignedArea(cpu, va);
  const mmu = mmuIndex(cpu);
  if (!writable(cpu, va, 512, mmu)) return 0;
  saveX87(cpu, va, b == 8, mmu);
  st32(cpu, va + 24, load<u32>(cpu + X_MXCSR), mmu);
  st32(cpu, va + 28, MXCSR_MASK, mmu);
  saveXmm(cpu, va, mmu);
  return 0;
}

/** Helper FXRSTOR: as x86_fxsave. */
export function x86_fxrstor(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const va = <u64>a;
  if (va & 15) return misalignedArea(cpu, va);
  const mmu = mmuIndex(cpu);
  if (!probeRead(cpu, va, 512, mmu)) return 0;
  const mxcsr = ld32(cpu, va + 24, mmu);
  if (faulted(cpu)) return 0;
  if (mxcsr & ~MXCSR_MASK) return raiseGP(cpu, 0);
  loadX87(cpu, va, b == 8, mmu);
  store<u32>(cpu + X_MXCSR, mxcsr);
  loadXmm(cpu, va, mmu);
  return 0;
}

/** Components not in their initial state, for XSTATE_BV and XGETBV: bit 0 x87, bit 1 SSE. MXCSR counts: processors take SSE for used
 *  after LDMXCSR. */
export function inUse(cpu: i32): u64 {
  let used: u64 = 0;
  if (
    load<i32>(cpu + X_FCW) != 0x37f ||
    load<i32>(cpu + X_FSW) != 0 ||
    load<i32>(cpu + X_FTOP) != 0 ||
    load<i32>(cpu + X_FTAG) != 0xff ||
    load<u64>(cpu + X_FIP) != 0 ||
    load<u64>(cpu + X_FDP) != 0 ||
    load<i32>(cpu + X_FOP) != 0 ||
    load<i32>(cpu + X_FCS) != 0 ||
    load<i32>(cpu + X_FDS) != 0 ||
    !zero(cpu + X_FPR, 128)
  )
    used |= 1;
  if (load<u32>(cpu + X_MXCSR) != 0x1f80 || !zero(cpu + X_XMM, xmmCount(cpu) << 4)) used |= 2;
  return used;
}

function zero(at: i32, bytes: i32): bool {
  for (let i = 0; i < bytes; i += 8) if (load<u64>(at + i) != 0) return false;
  return true;
}

function xsaveFault(cpu: i32, va: u64): bool {
  if ((cr4(cpu) & CR4_OSXSAVE) == 0) raiseUD(cpu);
  else if (cr0(cpu) & CR0_TS) raiseNM(cpu);
  else if (va & 63) misalignedArea(cpu, va);
  return faulted(cpu);
}

/** Helper XSAVE (and XSAVEOPT with bit 8 of b): a = linear address, b = operand size, c = EDX:EAX. */
export function x86_xsave(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const va = <u64>a;
  if (xsaveFault(cpu, va)) return 0;
  const mask = <u64>c & load<u64>(cpu + X_XCR0);
  const wide = (b & 15) == 8;
  const optimise = (b & 0x100) != 0;
  const mmu = mmuIndex(cpu);
  if (!writable(cpu, va, 576, mmu)) return 0;
  const used = inUse(cpu);
  const header = ld64(cpu, va + 512, mmu);
  const save = optimise ? mask & used : mask;
  if (save & 1) saveX87(cpu, va, wide, mmu);
  if (mask & 2) {
    st32(cpu, va + 24, load<u32>(cpu + X_MXCSR), mmu);
    st32(cpu, va + 28, MXCSR_MASK, mmu);
  }
  if (save & 2) saveXmm(cpu, va, mmu);
  st64(cpu, va + 512, (header & ~mask) | (used & mask), mmu);
  return 0;
}

/** Helper XRSTOR: as x86_xsave. */
export function x86_xrstor(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const va = <u64>a;
  if (xsaveFault(cpu, va)) return 0;
  const xcr0 = load<u64>(cpu + X_XCR0);
  const mask = <u64>c & xcr0;
  const wide = (b & 15) == 8;
  const mmu = mmuIndex(cpu);
  if (!probeRead(cpu, va, 576, mmu)) return 0;
  const present = ld64(cpu, va + 512, mmu);
  const compact = ld64(cpu, va + 520, mmu);
  const reserved = ld64(cpu, va + 528, mmu);
  const mxcsr = ld32(cpu, va + 24, mmu);
  if (faulted(cpu)) return 0;
  // The standard form alone is offered: bytes 8 to 23 of the header must be 0 (SDM volume 1, 13.8.1), the rest does not count.
  if ((present & ~xcr0) != 0 || compact != 0 || reserved != 0) return raiseGP(cpu, 0);
  if ((mask & 2) != 0 && (mxcsr & ~MXCSR_MASK) != 0) return raiseGP(cpu, 0);
  if (mask & 1) {
    if (present & 1) loadX87(cpu, va, wide, mmu);
    else initX87(cpu);
  }
  if (mask & 2) {
    store<u32>(cpu + X_MXCSR, mxcsr);
    if (present & 2) loadXmm(cpu, va, mmu);
    else memory.fill(cpu + X_XMM, 0, xmmCount(cpu) << 4);
  }
  return 0;
}

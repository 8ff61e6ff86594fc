// FINIT, FLDCW, FSTENV, FLDENV, FSAVE, FRSTOR. The images (Intel SDM vol. 1, 8.1.10) are 14 or 28 bytes, with the eight
// registers 80 more. Code and data segment selectors are stored as 0 (CPUID.7.EBX bit 13 says so); in the real-mode
// formats the pointers are linear addresses.

import { S_FAULT } from "../../../../src/layout/vcpu";
import {
  X_FCS,
  X_FCW,
  X_FDP,
  X_FDS,
  X_FIP,
  X_FOP,
  X_FPR,
  X_FTAG,
  X_FTOP,
  X_SCRATCH,
} from "../../../../src/arch/x86/layout";
import { isBad80, isDenormal80, isInf80, isZero80 } from "../../../float/f80";
import { ld16, ld32, ld64, probeRead, probeWrite, st16, st32, st64 } from "../../../engine/softmmu/access";
import { mmuIndex } from "../../../engine/state";
import { raiseMisaligned } from "../raise";
import { fcw, fsw, seOf, setFsw, sigOf, st, top, updateSummary, waits } from "./state";

/** Bits of the control word that exist; bit 6 is always set. */
const CW_BITS: i32 = 0x1f3f;
const CW_SET: i32 = 0x40;
const CW_MASKS: i32 = 0x3f;
const FORM_32: i32 = 1;
const FORM_REAL: i32 = 2;
const FORM_ALIGN: i32 = 4;

/** True with #AC pending where alignment is checked and the image is not on a multiple of 2 or 4 (SDM volume 3, table 6-7). */
function misaligned(cpu: i32, va: u64, form: i32): bool {
  if ((form & FORM_ALIGN) == 0 || (va & (form & FORM_32 ? 3 : 1)) == 0) return false;
  raiseMisaligned(cpu, va);
  return true;
}

export function x86_fninit(cpu: i32, a: i64, b: i64, c: i64): i64 {
  store<i32>(cpu + X_FCW, 0x37f);
  setFsw(cpu, 0);
  store<i32>(cpu + X_FTOP, 0);
  store<i32>(cpu + X_FTAG, 0xff);
  store<u64>(cpu + X_FIP, 0);
  store<u64>(cpu + X_FDP, 0);
  store<i32>(cpu + X_FOP, 0);
  store<i32>(cpu + X_FCS, 0);
  store<i32>(cpu + X_FDS, 0);
  return 0;
}

/** Loads the control word and brings ES and B up to date. */
function setControl(cpu: i32, value: i32): void {
  store<i32>(cpu + X_FCW, (value & CW_BITS) | CW_SET);
  updateSummary(cpu);
}

/** a = the new control word. */
export function x86_fldcw(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (!waits(cpu)) setControl(cpu, <i32>a);
  return 0;
}

/** The status word with TOP. */
export function statusWord(cpu: i32): i32 {
  return fsw(cpu) | (top(cpu) << 11);
}

/** The tag word as two bits a register: 0 valid, 1 zero, 2 special, 3 empty. */
export function tagWord(cpu: i32): i32 {
  const empty = load<i32>(cpu + X_FTAG);
  let word = 0;
  for (let n = 0; n < 8; n++) {
    const reg = cpu + X_FPR + (n << 4);
    const sig = sigOf(reg);
    const se = seOf(reg);
    let tag = 0;
    if ((empty >> n) & 1) tag = 3;
    else if (isZero80(sig, se)) tag = 1;
    else if (isBad80(sig, se) || isInf80(sig, se) || isDenormal80(sig, se)) tag = 2;
    word |= tag << (n << 1);
  }
  return word;
}

/** Sets TOP, the status word and which registers are empty (two bits a register, 3: empty). */
function setStatusAndTags(cpu: i32, status: i32, tags: i32): void {
  store<i32>(cpu + X_FTOP, (status >> 11) & 7);
  setFsw(cpu, status & ~0x3800 & 0xffff);
  let empty = 0;
  for (let n = 0; n < 8; n++) if (((tags >> (n << 1)) & 3) == 3) empty |= 1 << n;
  store<i32>(cpu + X_FTAG, empty);
}

function writeEnv(cpu: i32, va: u64, form: i32, mmu: i32): void {
  const fip = load<u32>(cpu + X_FIP);
  const fdp = load<u32>(cpu + X_FDP);
  const opcode = load<i32>(cpu + X_FOP) & 0x7ff;
  if (form & FORM_32) {
    st32(cpu, va, fcw(cpu) | 0xffff0000, mmu);
    st32(cpu, va + 4, statusWord(cpu) | 0xffff0000, mmu);
    st32(cpu, va + 8, tagWord(cpu) | 0xffff0000, mmu);
    if (form & FORM_REAL) {
      st32(cpu, va + 12, (fip & 0xffff) | 0xffff0000, mmu);
      st32(cpu, va + 16, opcode | ((fip >> 16) << 12), mmu);
      st32(cpu, va + 20, (fdp & 0xffff) | 0xffff0000, mmu);
      st32(cpu, va + 24, (fdp >> 16) << 12, mmu);
    } else {
      st32(cpu, va + 12, fip, mmu);
      st32(cpu, va + 16, opcode << 16, mmu);
      st32(cpu, va + 20, fdp, mmu);
      st32(cpu, va + 24, 0xffff0000, mmu);
    }
    return;
  }
  st16(cpu, va, fcw(cpu), mmu);
  st16(cpu, va + 2, statusWord(cpu), mmu);
  st16(cpu, va + 4, tagWord(cpu), mmu);
  st16(cpu, va + 6, fip & 0xffff, mmu);
  st16(cpu, va + 8, form & FORM_REAL ? opcode | ((fip >> 4) & 0xf000) : 0, mmu);
  st16(cpu, va + 10, fdp & 0xffff, mmu);
  st16(cpu, va + 12, form & FORM_REAL ? (fdp >> 4) & 0xf000 : 0, mmu);
}

/** a = linear address, b = FORM_*: FNSTENV, which then masks all exceptions. */
export function x86_fnstenv(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const form = <i32>b;
  const mmu = mmuIndex(cpu);
  if (misaligned(cpu, a, form) || !probeWrite(cpu, a, form & FORM_32 ? 28 : 14, mmu)) return 0;
  writeEnv(cpu, a, form, mmu);
  if (load<i32>(cpu + S_FAULT) == 0) setControl(cpu, fcw(cpu) | CW_MASKS);
  return 0;
}

/** a, b as for x86_fnstenv: FNSAVE, which then initialises the FPU. */
export function x86_fnsave(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const form = <i32>b;
  const mmu = mmuIndex(cpu);
  const size = form & FORM_32 ? 28 : 14;
  if (misaligned(cpu, a, form) || !probeWrite(cpu, a, size + 80, mmu)) return 0;
  writeEnv(cpu, a, form, mmu);
  for (let i = 0; i < 8 && load<i32>(cpu + S_FAULT) == 0; i++) {
    const reg = st(cpu, i);
    const va = a + size + i * 10;
    st64(cpu, va, sigOf(reg), mmu);
    if (load<i32>(cpu + S_FAULT) == 0) st16(cpu, va + 8, seOf(reg), mmu);
  }
  if (load<i32>(cpu + S_FAULT) == 0) x86_fninit(cpu, 0, 0, 0);
  return 0;
}

/** Copies the words of an environment to X_SCRATCH, where nothing else is kept during a helper; false on a fault. */
function readEnv(cpu: i32, va: u64, form: i32, mmu: i32): bool {
  for (let k = 0; k < 7; k++) {
    const word = form & FORM_32 ? ld32(cpu, va + (k << 2), mmu) : ld16(cpu, va + (k << 1), mmu);
    if (load<i32>(cpu + S_FAULT)) return false;
    store<u32>(cpu + X_SCRATCH + (k << 2), word);
  }
  return true;
}

function applyEnv(cpu: i32, form: i32): void {
  const at = cpu + X_SCRATCH;
  let fip = load<u32>(at, 12);
  let fdp = load<u32>(at, 20);
  let opcode: u32;
  if (form & FORM_REAL) {
    opcode = load<u32>(at, 16) & 0x7ff;
    fip =
      form & FORM_32 ? (fip & 0xffff) | ((load<u32>(at, 16) >> 12) << 16) : fip | ((load<u32>(at, 16) & 0xf000) << 4);
    fdp =
      form & FORM_32 ? (fdp & 0xffff) | ((load<u32>(at, 24) >> 12) << 16) : fdp | ((load<u32>(at, 24) & 0xf000) << 4);
  } else opcode = form & FORM_32 ? (load<u32>(at, 16) >> 16) & 0x7ff : 0;
  setStatusAndTags(cpu, load<i32>(at, 4), load<i32>(at, 8));
  setControl(cpu, load<i32>(at));
  store<u64>(cpu + X_FIP, <u64>fip);
  store<u64>(cpu + X_FDP, <u64>fdp);
  store<i32>(cpu + X_FOP, opcode);
}

/** a, b as for x86_fnstenv. */
export function x86_fldenv(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (waits(cpu) || misaligned(cpu, a, <i32>b)) return 0;
  if (readEnv(cpu, a, <i32>b, mmuIndex(cpu))) applyEnv(cpu, <i32>b);
  return 0;
}

/** a, b as for x86_fnstenv. */
export function x86_frstor(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const form = <i32>b;
  if (waits(cpu) || misaligned(cpu, a, form)) return 0;
  const mmu = mmuIndex(cpu);
  const size = form & FORM_32 ? 28 : 14;
  // All of it must be readable before the first register is replaced; what follows can only fault on MMIO, where the
  // instruction is executed again from the start.
  if (!probeRead(cpu, a, size + 80, mmu) || !readEnv(cpu, a, form, mmu)) return 0;
  const first = (load<i32>(cpu + X_SCRATCH, 4) >> 11) & 7;
  for (let i = 0; i < 8; i++) {
    const va = a + size + i * 10;
    const sig = ld64(cpu, va, mmu);
    if (load<i32>(cpu + S_FAULT)) return 0;
    const se = ld16(cpu, va + 8, mmu);
    if (load<i32>(cpu + S_FAULT)) return 0;
    const reg = cpu + X_FPR + (((first + i) & 7) << 4);
    store<u64>(reg, sig);
    store<u16>(reg, <u16>se, 8);
  }
  applyEnv(cpu, form);
  return 0;
}

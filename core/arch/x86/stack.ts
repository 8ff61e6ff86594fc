// A cursor over a stack that is not (yet) the current one: frames of interrupts, calls through gates and returns are built
// and read here, and the stack pointer is committed by the caller when nothing can fail any more.

import { S_FAULT } from "../../../src/layout/vcpu";
import {
  M_AC,
  M_DEBUG,
  RSP,
  SEG_ATTR,
  SEG_BASE,
  SEG_LIMIT,
  SS,
  X_CPL,
  X_EXC_NESTING,
  X_SCRATCH,
} from "../../../src/arch/x86/layout";
import { ld16, ld32, ld64, st16, st32, st64 } from "../../engine/softmmu/access";
import { mode } from "../../engine/state";
import { A_DB, A_DOWN, A_S } from "./bits";
import { x86_debug_data } from "./debug";
import { raiseMisaligned, raiseSS } from "./raise";
import { canonical, isCode64, mmuFor, seg } from "./regs";

const BASE: i32 = X_SCRATCH;
const LIMIT: i32 = X_SCRATCH + 8;
const SP: i32 = X_SCRATCH + 16;
const MASK: i32 = X_SCRATCH + 24;
const ATTR: i32 = X_SCRATCH + 32;
const MMU: i32 = X_SCRATCH + 36;
const ERROR: i32 = X_SCRATCH + 40;
const CHECKS: i32 = X_SCRATCH + 44;

// CHECKS: of a program's own accesses, not of those that deliver an event.
const CHECK_ALIGNMENT: i32 = 1;
const CHECK_BREAKPOINTS: i32 = 2;

/** A stack segment outside 64-bit mode; `error` is the selector that #SS reports. */
export function openStack(cpu: i32, base: u64, limit: u64, attr: i32, sp: u64, level: i32, error: i32): void {
  const mask: u64 = attr & A_DB ? 0xffffffff : 0xffff;
  store<u64>(cpu + BASE, base);
  store<u64>(cpu + LIMIT, limit);
  store<u64>(cpu + MASK, mask);
  store<u64>(cpu + SP, sp & mask);
  store<i32>(cpu + ATTR, attr);
  store<i32>(cpu + MMU, mmuFor(cpu, level));
  store<i32>(cpu + ERROR, error);
  store<i32>(cpu + CHECKS, 0);
}

/** A 64-bit stack. */
export function openStack64(cpu: i32, sp: u64, level: i32): void {
  store<u64>(cpu + BASE, 0);
  store<u64>(cpu + MASK, 0xffffffffffffffff);
  store<u64>(cpu + SP, sp);
  store<i32>(cpu + MMU, mmuFor(cpu, level));
  store<i32>(cpu + ERROR, 0);
  store<i32>(cpu + CHECKS, 0);
}

/** The current stack. */
export function openCurrent(cpu: i32): void {
  const level = load<i32>(cpu + X_CPL);
  if (isCode64(cpu)) openStack64(cpu, load<u64>(cpu + RSP), level);
  else {
    const s = seg(cpu, SS);
    const limit = load<u64>(s + SEG_LIMIT);
    openStack(cpu, load<u64>(s + SEG_BASE), limit, load<i32>(s + SEG_ATTR), load<u64>(cpu + RSP), level, 0);
  }
  if (load<i32>(cpu + X_EXC_NESTING) >= 0) return;
  store<i32>(cpu + CHECKS, (mode(cpu) & M_AC ? CHECK_ALIGNMENT : 0) | (mode(cpu) & M_DEBUG ? CHECK_BREAKPOINTS : 0));
}

// @ts-ignore: decorator
@inline export function stackPointer(cpu: i32): u64 {
  return load<u64>(cpu + SP);
}
// @ts-ignore: decorator
@inline export function openMask(cpu: i32): u64 {
  return load<u64>(cpu + MASK);
}
/** Moves the cursor without access (RET n). */
export function skipStack(cpu: i32, bytes: u64): void {
  store<u64>(cpu + SP, (load<u64>(cpu + SP) + bytes) & load<u64>(cpu + MASK));
}

/** Linear address of `size` bytes at offset `sp`, after limit and canonical checks; S_FAULT is set when they fail. */
function address(cpu: i32, sp: u64, size: i32): u64 {
  const mask = load<u64>(cpu + MASK);
  if (mask == 0xffffffffffffffff) {
    if (!canonical(sp) || !canonical(sp + size - 1)) raiseSS(cpu, load<i32>(cpu + ERROR));
    return sp;
  }
  const limit = load<u64>(cpu + LIMIT);
  const last = sp + size - 1;
  if ((load<i32>(cpu + ATTR) & 0x1c) == (A_S | A_DOWN)) {
    if (sp <= limit || last > mask) raiseSS(cpu, load<i32>(cpu + ERROR));
  } else if (last > limit) raiseSS(cpu, load<i32>(cpu + ERROR));
  return (load<u64>(cpu + BASE) + sp) & 0xffffffff;
}

/** True with #AC pending where alignment is checked and an address is not a multiple of `size`. */
function misaligned(cpu: i32, va: u64, size: i32): bool {
  if (!(load<i32>(cpu + CHECKS) & CHECK_ALIGNMENT) || (va & (size - 1)) == 0) return false;
  raiseMisaligned(cpu, va);
  return true;
}

function watch(cpu: i32, va: u64, size: i32, write: bool): void {
  if (load<i32>(cpu + CHECKS) & CHECK_BREAKPOINTS) x86_debug_data(cpu, va, size, write ? 1 : 0);
}

/** Pushes `size` (2, 4, 8) bytes. Does nothing once S_FAULT is set. */
export function push(cpu: i32, size: i32, value: u64): void {
  if (load<i32>(cpu + S_FAULT)) return;
  const sp = (load<u64>(cpu + SP) - size) & load<u64>(cpu + MASK);
  const va = address(cpu, sp, size);
  if (load<i32>(cpu + S_FAULT) || misaligned(cpu, va, size)) return;
  watch(cpu, va, size, true);
  const mmu = load<i32>(cpu + MMU);
  if (size == 8) st64(cpu, va, value, mmu);
  else if (size == 4) st32(cpu, va, <u32>value, mmu);
  else st16(cpu, va, <u32>value & 0xffff, mmu);
  store<u64>(cpu + SP, sp);
}

/** Address of the next `size` bytes to pop, which it moves over; S_FAULT is set where they cannot be. */
function next(cpu: i32, size: i32): u64 {
  const sp = load<u64>(cpu + SP);
  const va = address(cpu, sp, size);
  if (load<i32>(cpu + S_FAULT) || misaligned(cpu, va, size)) return 0;
  watch(cpu, va, size, false);
  store<u64>(cpu + SP, (sp + size) & load<u64>(cpu + MASK));
  return va;
}

/** Pops `size` bytes; 0 once S_FAULT is set. */
export function pop(cpu: i32, size: i32): u64 {
  if (load<i32>(cpu + S_FAULT)) return 0;
  const va = next(cpu, size);
  if (load<i32>(cpu + S_FAULT)) return 0;
  const mmu = load<i32>(cpu + MMU);
  if (size == 8) return ld64(cpu, va, mmu);
  if (size == 4) return ld32(cpu, va, mmu);
  return ld16(cpu, va, mmu);
}

/** Pops a selector from `size` bytes, of which only its own two are read. */
export function popSelector(cpu: i32, size: i32): i32 {
  if (load<i32>(cpu + S_FAULT)) return 0;
  const va = next(cpu, size);
  return load<i32>(cpu + S_FAULT) ? 0 : <i32>ld16(cpu, va, load<i32>(cpu + MMU));
}

// Short names for x86 state (src/arch/x86/layout.ts).

import { S_PC, S_MODE, S_FAULT } from "../../../src/layout/vcpu";
import {
  CS,
  F_AC,
  M_CODE64,
  M_LMA,
  M_PE,
  M_VM,
  MMU_SMAP,
  MMU_SUPERVISOR,
  MMU_USER,
  RSP,
  SEG_ATTR,
  SEG_BASE,
  SEG_LIMIT,
  SEG_SEL,
  SEG_STRIDE,
  X_CPL,
  X_CR0,
  X_CR4,
  X_EFER,
  X_FEATURES,
  X_FLAGS,
  X_GPR,
  X_SEG,
} from "../../../src/arch/x86/layout";
import { CR4_SMAP } from "./bits";

// @ts-ignore: decorator
@inline export function gpr(cpu: i32, n: i32): u64 {
  return load<u64>(cpu + X_GPR + (n << 3));
}
// @ts-ignore: decorator
@inline export function setGpr(cpu: i32, n: i32, value: u64): void {
  store<u64>(cpu + X_GPR + (n << 3), value);
}
// @ts-ignore: decorator
@inline export function seg(cpu: i32, n: i32): i32 {
  return cpu + X_SEG + n * SEG_STRIDE;
}
// @ts-ignore: decorator
@inline export function segBase(cpu: i32, n: i32): u64 {
  return load<u64>(seg(cpu, n) + SEG_BASE);
}
// @ts-ignore: decorator
@inline export function segLimit(cpu: i32, n: i32): u64 {
  return load<u64>(seg(cpu, n) + SEG_LIMIT);
}
/** Whether an offset lies beyond CS, outside 64-bit code. */
// @ts-ignore: decorator
@inline export function beyondCode(cpu: i32, offset: u64): bool {
  return offset > segLimit(cpu, CS);
}
// @ts-ignore: decorator
@inline export function segSel(cpu: i32, n: i32): i32 {
  return load<i32>(seg(cpu, n) + SEG_SEL);
}
// @ts-ignore: decorator
@inline export function segAttr(cpu: i32, n: i32): i32 {
  return load<i32>(seg(cpu, n) + SEG_ATTR);
}
// @ts-ignore: decorator
@inline export function cr0(cpu: i32): i32 {
  return load<i32>(cpu + X_CR0);
}
// @ts-ignore: decorator
@inline export function cr4(cpu: i32): i32 {
  return load<i32>(cpu + X_CR4);
}
// @ts-ignore: decorator
@inline export function efer(cpu: i32): i32 {
  return load<i32>(cpu + X_EFER);
}
// @ts-ignore: decorator
@inline export function cpl(cpu: i32): i32 {
  return load<i32>(cpu + X_CPL);
}
/** RFLAGS without the arithmetic flags and DF. */
// @ts-ignore: decorator
@inline export function systemFlags(cpu: i32): i32 {
  return load<i32>(cpu + X_FLAGS);
}
// @ts-ignore: decorator
@inline export function iopl(cpu: i32): i32 {
  return (systemFlags(cpu) >> 12) & 3;
}
// @ts-ignore: decorator
@inline export function isProtected(cpu: i32): bool {
  return (load<i32>(cpu + S_MODE) & (M_PE | M_VM)) == M_PE;
}
// @ts-ignore: decorator
@inline export function isV86(cpu: i32): bool {
  return (load<i32>(cpu + S_MODE) & M_VM) != 0;
}
// @ts-ignore: decorator
@inline export function isCode64(cpu: i32): bool {
  return (load<i32>(cpu + S_MODE) & M_CODE64) != 0;
}
// @ts-ignore: decorator
@inline export function isLong(cpu: i32): bool {
  return (load<i32>(cpu + S_MODE) & M_LMA) != 0;
}
// @ts-ignore: decorator
@inline export function faulted(cpu: i32): bool {
  return load<i32>(cpu + S_FAULT) != 0;
}

/** MMU index of accesses the processor makes for itself (descriptor tables, TSS): supervisor, SMAP whatever EFLAGS.AC
 *  (SDM volume 3, 4.6.1). */
// @ts-ignore: decorator
@inline export function systemMmu(cpu: i32): i32 {
  return cr4(cpu) & CR4_SMAP ? MMU_SMAP : MMU_SUPERVISOR;
}

/** MMU index of data accesses at a privilege level. */
// @ts-ignore: decorator
@inline export function mmuFor(cpu: i32, level: i32): i32 {
  if (level == 3) return MMU_USER;
  return (cr4(cpu) & CR4_SMAP) != 0 && (systemFlags(cpu) & F_AC) == 0 ? MMU_SMAP : MMU_SUPERVISOR;
}

// @ts-ignore: decorator
@inline export function canonical(va: u64): bool {
  return <u64>(<i64>(va << 16) >> 16) == va;
}

/** A CPUID feature: word is the index in X_FEATURES. */
// @ts-ignore: decorator
@inline export function feature(cpu: i32, word: i32, bit: i32): bool {
  return ((load<u32>(cpu + X_FEATURES + (word << 2)) >> bit) & 1) != 0;
}

/** Mask of the stack pointer of a stack segment with these attributes (not in 64-bit code). */
// @ts-ignore: decorator
@inline export function stackMask(attr: i32): u64 {
  return attr & 0x4000 ? 0xffffffff : 0xffff;
}

/** Stores a stack pointer under its mask: SP keeps the rest of RSP. */
export function setSp(cpu: i32, sp: u64, mask: u64): void {
  if (mask == 0xffff) store<u64>(cpu + RSP, (load<u64>(cpu + RSP) & ~mask) | (sp & mask));
  else store<u64>(cpu + RSP, sp & mask);
}

/** Sets the program counter: masked by the caller. */
// @ts-ignore: decorator
@inline export function jumpTo(cpu: i32, pc: u64): void {
  store<u64>(cpu + S_PC, pc);
}

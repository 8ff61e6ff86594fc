// Short names for the common CPU state and the engine's tables (src/layout/).

import { ENGINE } from "../../src/layout/memory";
import {
  MODE_MMU_MASK,
  MODE_MMU_SHIFT,
  S_CODE_BASE,
  S_CODE_MASK,
  S_FAULT,
  S_FUEL,
  S_ICOUNT_END,
  S_MODE,
  S_PC,
  S_PENDING,
  S_STATS,
} from "../../src/layout/vcpu";

// @ts-ignore: decorator
@inline export function engine(field: i32): i32 {
  return load<i32>(ENGINE + field);
}

// @ts-ignore: decorator
@inline export function getPc(cpu: i32): u64 {
  return load<u64>(cpu + S_PC);
}

// @ts-ignore: decorator
@inline export function setPc(cpu: i32, pc: u64): void {
  store<u64>(cpu + S_PC, pc);
}

/** Virtual address of the next instruction. */
// @ts-ignore: decorator
@inline export function codeAddress(cpu: i32): u64 {
  return (load<u64>(cpu + S_PC) + load<u64>(cpu + S_CODE_BASE)) & load<u64>(cpu + S_CODE_MASK);
}

// @ts-ignore: decorator
@inline export function mode(cpu: i32): i32 {
  return load<i32>(cpu + S_MODE);
}

/** MMU index of the running code. */
// @ts-ignore: decorator
@inline export function mmuIndex(cpu: i32): i32 {
  return (load<i32>(cpu + S_MODE) >> MODE_MMU_SHIFT) & MODE_MMU_MASK;
}

// @ts-ignore: decorator
@inline export function fault(cpu: i32): i32 {
  return load<i32>(cpu + S_FAULT);
}

// @ts-ignore: decorator
@inline export function setFault(cpu: i32, kind: i32): void {
  store<i32>(cpu + S_FAULT, kind);
}

/** Instructions executed so far; exact in helpers that declare `exact`, at faults and between blocks. */
// @ts-ignore: decorator
@inline export function icount(cpu: i32): i64 {
  return load<i64>(cpu + S_ICOUNT_END) - <i64>(load<i32>(cpu + S_FUEL) + load<i32>(cpu + S_PENDING));
}

// @ts-ignore: decorator
@inline export function count(cpu: i32, stat: i32): void {
  store<i64>(cpu + (S_STATS + stat), load<i64>(cpu + (S_STATS + stat)) + 1);
}

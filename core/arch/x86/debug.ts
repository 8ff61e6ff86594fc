// Single-step and hardware breakpoints (Intel SDM volume 3, chapter 17).

import { FAULT_RETRY, INHIBIT_ALL, S_ATTENTION, S_INHIBIT, S_ONE_INSN, S_PC } from "../../../src/layout/vcpu";
import {
  EXC_BREAKPOINT,
  F_RF,
  X_DB_PENDING,
  X_DR,
  X_DR_HIT,
  X_FLAGS,
  X_REPEATING,
  X_SS_SHADOW,
} from "../../../src/arch/x86/layout";
import { CR4_DE, V_DB } from "./bits";
import { raise } from "./raise";
import { cr4, systemFlags } from "./regs";
import { icount, setFault } from "../../engine/state";

export const DR6_BD: i32 = 0x2000;
export const DR6_BS: i32 = 0x4000;
export const DR6_BT: i32 = 0x8000;
export const DR6_FIXED: i32 = <i32>0xffff0ff0;
const DR6: i32 = X_DR + 48;
const DR7: i32 = X_DR + 56;

/** A #DB trap after the instruction, with these bits of DR6. */
export function pendDebug(cpu: i32, bits: i32): void {
  store<i64>(cpu + X_DR_HIT, load<i64>(cpu + X_DR_HIT) | bits);
  store<i32>(cpu + X_DB_PENDING, 1);
  store<i32>(cpu + S_ATTENTION, 1);
}

/** Not after a MOV SS or POP SS that casts a shadow. The trap ends the shadow of STI, which holds off interrupts alone. */
export function pendSingleStep(cpu: i32): void {
  if (load<i32>(cpu + S_INHIBIT) == INHIBIT_ALL) return;
  pendDebug(cpu, DR6_BS);
  store<i32>(cpu + S_INHIBIT, 0);
}

/** Helper: at the end of an instruction that began with TF set: a = next program counter, or b = 1 where S_PC holds it already. */
export function x86_single_step(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if (b == 0) store<i64>(cpu + S_PC, a);
  pendSingleStep(cpu);
  return 0;
}

/** Forgets pending bits: the exception being delivered is another one, and processors report them no more. */
export function dropDebugBits(cpu: i32): void {
  store<i64>(cpu + X_DR_HIT, 0);
  store<i32>(cpu + X_DB_PENDING, 0);
}

/** #DB as a fault, with these bits of DR6 alone. */
export function raiseDebugFault(cpu: i32, bits: i32, flags: i32): void {
  store<i64>(cpu + X_DR_HIT, bits);
  takeDebugBits(cpu);
  raise(cpu, V_DB, 0, flags);
}

/** Moves pending bits to DR6, as #DB is delivered. */
export function takeDebugBits(cpu: i32): void {
  const hit = load<i32>(cpu + X_DR_HIT);
  store<i64>(cpu + DR6, <i64>((load<u32>(cpu + DR6) & ~15) | hit) & 0xffffffff);
  store<i64>(cpu + X_DR_HIT, 0);
  store<i32>(cpu + X_DB_PENDING, 0);
}

/** Helper: before each instruction while M_DEBUG is set: a = its linear address. #DB as a fault on an instruction breakpoint. The instruction is
 *  executed alone, so that none of this is done twice for it. */
export function x86_debug_insn(cpu: i32, va: i64, b: i64, c: i64): i64 {
  if (!load<i32>(cpu + S_ONE_INSN)) {
    setFault(cpu, FAULT_RETRY);
    return 0;
  }
  if (systemFlags(cpu) & F_RF) {
    store<i32>(cpu + X_FLAGS, systemFlags(cpu) & ~F_RF);
    return 0;
  }
  // Another round of a string instruction is no new instruction.
  if (load<i32>(cpu + X_REPEATING) != 0 || load<i64>(cpu + X_SS_SHADOW) == icount(cpu)) return 0;
  const hit = match(cpu, <u64>va, 1, false, false);
  if (hit) raiseDebugFault(cpu, hit, EXC_BREAKPOINT);
  return 0;
}

/** Helper: after a data access while M_DEBUG is set: a = linear address, b = bytes, c = 1 for a write. */
export function x86_debug_data(cpu: i32, va: i64, bytes: i64, write: i64): i64 {
  const hit = match(cpu, <u64>va, <u64>bytes, true, write != 0);
  if (hit) pendDebug(cpu, hit & 15);
  return 0;
}

/** After port I/O. */
export function debugPort(cpu: i32, port: i32, bytes: i32): void {
  if ((load<i32>(cpu + DR7) & 0xff) == 0 || (cr4(cpu) & CR4_DE) == 0) return;
  const dr7 = load<i32>(cpu + DR7);
  for (let i = 0; i < 4; i++) {
    if (((dr7 >> (2 * i)) & 3) == 0 || ((dr7 >> (16 + 4 * i)) & 3) != 2) continue;
    const length = lengthOf(dr7, i);
    const at = load<u64>(cpu + X_DR + 8 * i) & ~(length - 1);
    if (<u64>port < at + length && at < <u64>(port + bytes)) pendDebug(cpu, 1 << i);
  }
}

// @ts-ignore: decorator
@inline function lengthOf(dr7: i32, i: i32): u64 {
  const code = (dr7 >> (18 + 4 * i)) & 3;
  return code == 0 ? 1 : code == 1 ? 2 : code == 2 ? 8 : 4;
}

/** Bits of enabled breakpoints hit by [va, va + bytes). */
function match(cpu: i32, va: u64, bytes: u64, data: bool, write: bool): i32 {
  const dr7 = load<i32>(cpu + DR7);
  let hit = 0;
  for (let i = 0; i < 4; i++) {
    if (((dr7 >> (2 * i)) & 3) == 0) continue;
    const kind = (dr7 >> (16 + 4 * i)) & 3;
    if (data ? !(kind == 3 || (kind == 1 && write)) : kind != 0) continue;
    const length = lengthOf(dr7, i);
    const at = load<u64>(cpu + X_DR + 8 * i) & ~(length - 1);
    if (va < at + length && at < va + bytes) hit |= 1 << i;
  }
  return hit;
}

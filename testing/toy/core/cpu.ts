// The toy's hooks, reset and exceptions.

import { flushTlb } from "../../../core/engine/softmmu/tlb";
import { ACCESS_WRITE } from "../../../src/layout/access";
import {
  E_HOOK_ATTENTION,
  E_HOOK_DELIVER,
  E_HOOK_MISALIGNED,
  E_HOOK_NO_CODE,
  E_HOOK_NO_DEVICE,
  E_HOOK_WALK,
} from "../../../src/layout/engine";
import { ENGINE } from "../../../src/layout/memory";
import {
  FAULT_NONE,
  FAULT_SHUTDOWN,
  MODE_MMU_SHIFT,
  S_ATTENTION,
  S_CODE_BASE,
  S_CODE_MASK,
  S_FAULT,
  S_HALTED,
  S_INHIBIT,
  S_MODE,
  S_ONE_INSN,
  S_PC,
} from "../../../src/layout/vcpu";
import {
  CAUSE_ALIGNMENT,
  CAUSE_FETCH,
  CAUSE_INTERRUPT,
  CAUSE_READ,
  CAUSE_WRITE,
  MMU_PROGRAM,
  MMU_SYSTEM,
  T_ADDRESS,
  T_BASE,
  T_CAUSE,
  T_ENABLED,
  T_EXC_ADDRESS,
  T_EXC_CAUSE,
  T_EXC_ENABLED,
  T_EXC_PC,
  T_EXC_USER,
  T_LINES,
  T_REG,
  T_USER,
  T_VECTOR,
} from "../layout";
import { walk } from "./paging";
import { raise } from "./raise";

export function toy_init(cpu: i32): void {
  store<i32>(ENGINE + E_HOOK_WALK, <i32>walk.index);
  store<i32>(ENGINE + E_HOOK_DELIVER, <i32>deliver.index);
  store<i32>(ENGINE + E_HOOK_ATTENTION, <i32>attention.index);
  store<i32>(ENGINE + E_HOOK_MISALIGNED, <i32>misaligned.index);
  store<i32>(ENGINE + E_HOOK_NO_CODE, <i32>noCode.index);
  store<i32>(ENGINE + E_HOOK_NO_DEVICE, <i32>noDevice.index);
}

export function toy_reset(cpu: i32): void {
  memory.fill(cpu + T_REG, 0, 0x100);
  store<u64>(cpu + S_PC, 0);
  store<i32>(cpu + S_FAULT, FAULT_NONE);
  store<i32>(cpu + S_HALTED, 0);
  store<i32>(cpu + S_INHIBIT, 0);
  store<i32>(cpu + S_ONE_INSN, 0);
  store<i32>(cpu + S_ATTENTION, 0);
}

export function toy_update(cpu: i32): void {
  updateMode(cpu);
  flushTlb(cpu, false);
}

export function updateMode(cpu: i32): void {
  store<u64>(cpu + S_CODE_BASE, load<u64>(cpu + T_BASE));
  store<u64>(cpu + S_CODE_MASK, 0xffffffff);
  store<i32>(cpu + S_MODE, (load<i32>(cpu + T_USER) ? MMU_PROGRAM : MMU_SYSTEM) << MODE_MMU_SHIFT);
}

function deliver(cpu: i32): i32 {
  store<i32>(cpu + S_FAULT, FAULT_NONE);
  store<i32>(cpu + S_INHIBIT, 0);
  const vector = load<u64>(cpu + T_VECTOR);
  if (vector == 0) return FAULT_SHUTDOWN;
  store<u64>(cpu + T_EXC_PC, load<u64>(cpu + S_PC));
  store<u64>(cpu + T_EXC_CAUSE, load<u32>(cpu + T_CAUSE));
  store<u64>(cpu + T_EXC_ADDRESS, load<u32>(cpu + T_ADDRESS));
  store<i32>(cpu + T_EXC_USER, load<i32>(cpu + T_USER));
  store<i32>(cpu + T_EXC_ENABLED, load<i32>(cpu + T_ENABLED));
  store<i32>(cpu + T_USER, 0);
  store<i32>(cpu + T_ENABLED, 0);
  store<u64>(cpu + S_PC, vector);
  updateMode(cpu);
  return FAULT_NONE;
}

/** Whether a line is asserted that would be taken. */
export function wanted(cpu: i32): bool {
  return load<i32>(cpu + T_ENABLED) != 0 && load<i32>(cpu + T_LINES) != 0;
}

function attention(cpu: i32): i32 {
  store<i32>(cpu + S_ATTENTION, 0);
  if (!wanted(cpu)) return FAULT_NONE;
  store<i32>(cpu + S_HALTED, 0);
  raise(cpu, CAUSE_INTERRUPT + ctz(load<i32>(cpu + T_LINES)), 0);
  return deliver(cpu);
}

function misaligned(cpu: i32, va: u64, size: i32, access: i32): i32 {
  return raise(cpu, CAUSE_ALIGNMENT, <u32>va);
}

function noDevice(cpu: i32, va: u64, access: i32): i32 {
  return raise(cpu, access == ACCESS_WRITE ? CAUSE_WRITE : CAUSE_READ, <u32>va);
}

/** Without a vector there is nobody to tell. */
function noCode(cpu: i32, va: u64): i32 {
  return load<u64>(cpu + T_VECTOR) == 0 ? FAULT_NONE : raise(cpu, CAUSE_FETCH, <u32>va);
}

// Task switches by instructions: far jumps and calls, and IRET. What the new task faults on is delivered before its first instruction.

import { FAULT_SHUTDOWN, S_FAULT, S_PC } from "../../../src/layout/vcpu";
import { TR } from "../../../src/arch/x86/layout";
import { ld16 } from "../../engine/softmmu/access";
import { deliver } from "./deliver";
import { getFlags } from "./flags";
import { faulted, segBase, systemMmu } from "./regs";
import { TASK_CALL, TASK_IRET, TASK_JUMP, switchTask } from "./task";

/** A far jump or call to a task; `next` is the program counter after the instruction. */
export function transferToTask(cpu: i32, selector: i32, call: bool, next: u64): void {
  transfer(cpu, selector, call ? TASK_CALL : TASK_JUMP, next);
}

/** IRET with NT set: back to the task of the link field. */
export function returnFromTask(cpu: i32, next: u64): void {
  const link = ld16(cpu, segBase(cpu, TR), systemMmu(cpu));
  if (!faulted(cpu)) transfer(cpu, link, TASK_IRET, next);
}

function transfer(cpu: i32, selector: i32, kind: i32, next: u64): void {
  const here = load<u64>(cpu + S_PC);
  const switched = switchTask(cpu, selector, kind, next, false, 0, getFlags(cpu));
  if (!switched || !faulted(cpu) || deliver(cpu) == 0) return;
  // The helper's fault is this instruction's again.
  store<u64>(cpu + S_PC, here);
  store<i32>(cpu + S_FAULT, FAULT_SHUTDOWN);
}

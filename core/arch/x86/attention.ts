// What is taken between instructions: INIT, debug traps, NMI, external interrupts; waking from HLT.

import { FAULT_NONE, STAT_INTERRUPTS, S_ATTENTION, S_HALTED, S_PC } from "../../../src/layout/vcpu";
import {
  EXC_EXTERNAL,
  EXC_TRAP,
  F_IF,
  X_DB_PENDING,
  X_DR_HIT,
  X_EXC_NEXT,
  X_INIT,
  X_IRQ,
  X_NMI,
  X_NMI_BLOCKED,
} from "../../../src/arch/x86/layout";
import { acknowledge } from "./host";
import { count } from "../../engine/state";
import { V_DB, V_NMI } from "./bits";
import { takeDebugBits } from "./debug";
import { deliver } from "./deliver";
import { eventPending } from "./pending";
import { raise } from "./raise";
import { systemFlags } from "./regs";
import { initialise } from "./reset";

/** Hook: see E_HOOK_ATTENTION. Takes at most one event. */
export function attention(cpu: i32): i32 {
  let result = FAULT_NONE;
  // Before anything else, whatever is blocked (SDM volume 3, 6.9, table 6-2).
  if (load<i32>(cpu + X_INIT)) initialise(cpu);
  if (load<i32>(cpu + X_DB_PENDING) != 0 && load<i64>(cpu + X_DR_HIT) == 0) store<i32>(cpu + X_DB_PENDING, 0);
  if (load<i32>(cpu + X_DB_PENDING)) {
    takeDebugBits(cpu);
    store<i32>(cpu + S_HALTED, 0);
    store<u64>(cpu + X_EXC_NEXT, load<u64>(cpu + S_PC));
    raise(cpu, V_DB, 0, EXC_TRAP);
    result = deliver(cpu);
  } else if (load<i32>(cpu + X_NMI) != 0 && load<i32>(cpu + X_NMI_BLOCKED) == 0) {
    store<i32>(cpu + X_NMI, 0);
    store<i32>(cpu + X_NMI_BLOCKED, 1);
    result = external(cpu, V_NMI);
  } else if (load<i32>(cpu + X_IRQ) != 0 && (systemFlags(cpu) & F_IF) != 0) {
    const vector = acknowledge();
    if (vector >= 0) {
      count(cpu, STAT_INTERRUPTS);
      result = external(cpu, vector);
    } else store<i32>(cpu + X_IRQ, 0);
  }
  store<i32>(cpu + S_ATTENTION, eventPending(cpu) ? 1 : 0);
  return result;
}

function external(cpu: i32, vector: i32): i32 {
  store<i32>(cpu + S_HALTED, 0);
  raise(cpu, vector, 0, EXC_EXTERNAL);
  return deliver(cpu);
}

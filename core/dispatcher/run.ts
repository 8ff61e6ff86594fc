// The dispatcher: finds the next block, runs its region or interprets it, delivers faults and interrupts, until the host
// has something to do (S_EXIT).

import {
  B_INSNS, B_REGION, EXIT_FUEL, EXIT_HALT, EXIT_HOT, EXIT_NOT_MEMORY, EXIT_SHUTDOWN, EXIT_STOP, EXIT_TRANSLATE, E_HOOK_ATTENTION,
  E_HOOK_DELIVER, E_STATS, ENGINE, FAULT_EXCEPTION, FAULT_NONE, FAULT_RETRY, R_COUNT, R_ENTRY, R_FUNC, R_VALID, STAT_DISPATCH,
  STAT_FAULTS, STAT_RETRIES, STAT_T1_ENTRIES, STAT_T1_INSNS, S_ATTENTION, S_BLOCK, S_EXACT, S_EXIT, S_EXIT_BLOCK, S_FAULT, S_FUEL,
  S_HALTED, S_INHIBIT, S_ONE_INSN, S_STOP,
} from "../../src/layout";
import { I_HOT, interpret } from "../interpreter/interpret";
import { count, engine } from "../state";
import { NOT_MEMORY, find } from "./lookup";

function leave(cpu: i32, reason: i32): i32 {
  store<i32>(cpu + S_EXIT, reason);
  return reason;
}

/** Takes the pending fault: false when the machine shuts down. */
function takeFault(cpu: i32): bool {
  const kind = load<i32>(cpu + S_FAULT);
  store<i32>(cpu + S_FAULT, FAULT_NONE);
  if (kind == FAULT_RETRY) {
    count(STAT_RETRIES);
    store<i32>(cpu + S_ONE_INSN, 1);
    return true;
  }
  store<i32>(cpu + S_ONE_INSN, 0);
  if (kind != FAULT_EXCEPTION) return false;
  count(STAT_FAULTS);
  return call_indirect<i32>(engine(E_HOOK_DELIVER), cpu) == FAULT_NONE;
}

/** Runs until S_FUEL is used up or the host is needed; returns EXIT_*. */
export function run(cpu: i32): i32 {
  while (true) {
    if (load<i32>(cpu + S_FAULT) && !takeFault(cpu)) return leave(cpu, EXIT_SHUTDOWN);
    if (load<i32>(cpu + S_STOP)) {
      store<i32>(cpu + S_STOP, 0);
      return leave(cpu, EXIT_STOP);
    }
    if (load<i32>(cpu + S_HALTED) | (load<i32>(cpu + S_ATTENTION) & i32(load<i32>(cpu + S_INHIBIT) == 0))) {
      if (call_indirect<i32>(engine(E_HOOK_ATTENTION), cpu) != FAULT_NONE) return leave(cpu, EXIT_SHUTDOWN);
      if (load<i32>(cpu + S_HALTED)) return leave(cpu, EXIT_HALT);
    }
    const fuel = load<i32>(cpu + S_FUEL);
    if (fuel <= 0) return leave(cpu, EXIT_FUEL);
    const inhibited = load<i32>(cpu + S_INHIBIT);
    if (inhibited) store<i32>(cpu + S_ONE_INSN, 1);

    let block = find(cpu);
    if (block != 0 && block != NOT_MEMORY && load<i32>(cpu + S_EXACT) && fuel < load<i32>(block + B_INSNS)) {
      store<i32>(cpu + S_ONE_INSN, 1);
      block = find(cpu);
    }
    if (block == 0) {
      if (load<i32>(cpu + S_FAULT)) continue;
      return leave(cpu, EXIT_TRANSLATE);
    }
    if (block == NOT_MEMORY) return leave(cpu, EXIT_NOT_MEMORY);
    store<i32>(cpu + S_INHIBIT, 0);
    count(STAT_DISPATCH);

    let status: i32 = -1;
    const region = load<i32>(block + B_REGION);
    if (region) {
      if (!load<i32>(region + R_VALID)) store<i32>(block + B_REGION, 0);
      else if (!load<i32>(cpu + S_ONE_INSN)) {
        count(STAT_T1_ENTRIES);
        store<i32>(region + R_COUNT, load<i32>(region + R_COUNT) + 1);
        status = call_indirect<i32>(load<i32>(region + R_FUNC), cpu, load<i32>(region + R_ENTRY));
        const used = fuel - load<i32>(cpu + S_FUEL);
        store<i64>(ENGINE + E_STATS + STAT_T1_INSNS, load<i64>(ENGINE + E_STATS + STAT_T1_INSNS) + <i64>used);
        // Without progress (too little fuel for the region's exact limit) tier 0 does the block.
        if (used == 0 && status == 0) status = -1;
      }
    }
    if (status == -1) status = interpret(cpu, block);
    if (status == I_HOT) {
      store<i32>(cpu + S_EXIT_BLOCK, load<i32>(cpu + S_BLOCK));
      // A request for a single instruction stays, and so does the shadow it may be in: nothing has been executed of it.
      if (inhibited) store<i32>(cpu + S_INHIBIT, 1);
      return leave(cpu, EXIT_HOT);
    }
    if (load<i32>(cpu + S_FAULT) == FAULT_NONE) store<i32>(cpu + S_ONE_INSN, 0);
  }
}

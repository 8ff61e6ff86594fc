// Delivers the pending exception, with double and triple faults (Intel SDM volume 3, 6.15, table 6-5).

import { E_LOG } from "../../../src/layout/engine";
import { ENGINE } from "../../../src/layout/memory";
import { FAULT_NONE, FAULT_SHUTDOWN, S_FAULT, S_INHIBIT, S_ONE_INSN, S_PC } from "../../../src/layout/vcpu";
import {
  EXC_EXTERNAL,
  EXC_HAS_ERROR,
  EXC_SOFT,
  EXC_TRAP,
  X_CR2,
  X_EXC_ERROR,
  X_EXC_FIRST,
  X_EXC_FIRST_CR2,
  X_EXC_FLAGS,
  X_EXC_NESTING,
  X_EXC_NEXT,
  X_EXC_VECTOR,
  X_NON_CANONICAL,
  X_REPEATING,
  X_SS_SHADOW,
} from "../../../src/arch/x86/layout";
import { LOG_INTERRUPT } from "../../../src/layout/log";
import { log } from "../../engine/host";
import { V_DB, V_DF, V_GP, V_PF, V_SS, V_TS } from "./bits";
import { dropDebugBits } from "./debug";
import { deliverEvent } from "./interrupt";
import { EXC_LOOK, raise } from "./raise";
import { isCode64 } from "./regs";
import { isStackAccess } from "./stackfault";
import { settleWaiting } from "./x87/first";

/** Benign 0, contributory 1, page fault 2, double fault 3. */
function exceptionClass(vector: i32, flags: i32): i32 {
  if (flags & (EXC_SOFT | EXC_EXTERNAL)) return 0;
  if (vector == V_DF) return 3;
  if (vector == V_PF) return 2;
  if (vector == 0 || (vector >= V_TS && vector <= V_GP)) return 1;
  return 0;
}

/** Hook: delivers the pending exception. 0, or FAULT_SHUTDOWN on a triple fault. S_PC is the interrupted instruction's. */
export function deliver(cpu: i32): i32 {
  // Pushes may go to pages with code or to MMIO: nothing runs that could be repeated.
  const oneInsn = load<i32>(cpu + S_ONE_INSN);
  store<i32>(cpu + S_ONE_INSN, 1);
  store<i32>(cpu + S_INHIBIT, 0);
  store<i64>(cpu + X_SS_SHADOW, -1);
  const kind = load<i32>(cpu + X_EXC_FLAGS) & (EXC_SOFT | EXC_TRAP | EXC_EXTERNAL);
  // A fault abandons its instruction: data breakpoints it met will be met again, those of a MOV SS before it are lost, as ICEBP loses them. After
  // INT n, SYSCALL and the like they are taken at the handler's first instruction.
  if (kind == 0 || (load<i32>(cpu + X_EXC_VECTOR) == V_DB && kind == EXC_TRAP)) dropDebugBits(cpu);
  if (load<i32>(cpu + X_EXC_FLAGS) & EXC_LOOK) settleNonCanonical(cpu);
  if (kind == 0) settleWaiting(cpu);
  store<i32>(cpu + X_EXC_FIRST, load<i32>(cpu + X_EXC_VECTOR));
  store<i64>(cpu + X_EXC_FIRST_CR2, load<i64>(cpu + X_CR2));
  let result = FAULT_NONE;
  for (;;) {
    const vector = load<i32>(cpu + X_EXC_VECTOR);
    const error = load<i32>(cpu + X_EXC_ERROR);
    const flags = load<i32>(cpu + X_EXC_FLAGS);
    const pc = flags & (EXC_SOFT | EXC_TRAP) ? load<u64>(cpu + X_EXC_NEXT) : load<u64>(cpu + S_PC);
    if (load<i32>(ENGINE + E_LOG)) log(LOG_INTERRUPT, vector, error, <u32>pc);
    store<i32>(cpu + S_FAULT, FAULT_NONE);
    store<i32>(cpu + X_EXC_NESTING, flags & EXC_SOFT ? -1 : vector);
    deliverEvent(cpu, vector, error, flags, pc);
    if (load<i32>(cpu + S_FAULT) == FAULT_NONE) break;
    const first = exceptionClass(vector, flags);
    const second = exceptionClass(load<i32>(cpu + X_EXC_VECTOR), load<i32>(cpu + X_EXC_FLAGS));
    if (first == 3) {
      result = FAULT_SHUTDOWN;
      break;
    }
    if ((first == 1 && second == 1) || (first == 2 && (second == 1 || second == 2))) {
      raise(cpu, V_DF, 0, EXC_HAS_ERROR);
    }
  }
  store<i32>(cpu + S_FAULT, FAULT_NONE);
  store<i32>(cpu + X_REPEATING, 0);
  store<i32>(cpu + X_EXC_NESTING, -1);
  store<i32>(cpu + S_ONE_INSN, oneInsn);
  return result;
}

function settleNonCanonical(cpu: i32): void {
  const stack = isCode64(cpu) && isStackAccess(cpu, load<u64>(cpu + X_NON_CANONICAL));
  raise(cpu, stack ? V_SS : V_GP, 0, EXC_HAS_ERROR);
}

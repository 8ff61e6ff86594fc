// Events that wait for the end of the instruction.

import { F_IF, X_DB_PENDING, X_IRQ, X_NMI, X_NMI_BLOCKED } from "../../../src/arch/x86/layout";
import { systemFlags } from "./regs";

/** One of them could be taken now: S_ATTENTION is set whenever this is so. */
export function eventPending(cpu: i32): bool {
  if (load<i32>(cpu + X_DB_PENDING)) return true;
  if (load<i32>(cpu + X_NMI) != 0 && load<i32>(cpu + X_NMI_BLOCKED) == 0) return true;
  return load<i32>(cpu + X_IRQ) != 0 && (systemFlags(cpu) & F_IF) != 0;
}

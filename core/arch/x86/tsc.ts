// Time as the guest sees it: the TSC counts virtual nanoseconds (TSC_HZ of src/arch/x86/tuning.ts) plus X_TSC_OFFSET.

import { X_TSC_OFFSET } from "../../../src/arch/x86/layout";
import { virtualTime } from "../../engine/time";
import { CR4_TSD } from "./bits";
import { raiseGP } from "./raise";
import { cpl, cr4 } from "./regs";

export function readTsc(cpu: i32): i64 {
  return virtualTime(cpu) + load<i64>(cpu + X_TSC_OFFSET);
}

/** Helper RDTSC: the counter; #GP(0) when CR4.TSD forbids. */
export function x86_rdtsc(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if ((cr4(cpu) & CR4_TSD) != 0 && cpl(cpu) != 0) return raiseGP(cpu, 0);
  return readTsc(cpu);
}

// LDMXCSR: bits 16 and up are reserved (all of bits 0 to 15 exist: MXCSR_MASK is FFFFh).

import { X_MXCSR } from "../../../../src/arch/x86/layout";
import { raiseGP } from "../raise";

export function x86_ldmxcsr(cpu: i32, value: u64, b: u64, c: u64): u64 {
  if (value & 0xffff0000) raiseGP(cpu, 0);
  else store<u32>(cpu + X_MXCSR, <u32>value);
  return 0;
}

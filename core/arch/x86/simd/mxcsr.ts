// MXCSR and the floating-point environment: every SSE helper that cannot take its fast path brackets its work with
// sseBegin and sseEnd.

import { X_CR4, X_MXCSR } from "../../../../src/arch/x86/layout";
import { FE_DENORMAL, FE_DIVZERO, FE_INVALID, fpBegin, fpFlags } from "../../../float/env";
import { raise } from "../raise";

const CR4_OSXMMEXCPT = 0x400;
const VECTOR_UD = 6;
const VECTOR_XM = 19;
const PRE_COMPUTATION = FE_INVALID | FE_DENORMAL | FE_DIVZERO;

// @ts-ignore: decorator
@inline export function mxcsr(cpu: i32): u32 {
  return load<u32>(cpu + X_MXCSR);
}

export function sseBegin(cpu: i32): void {
  const m = mxcsr(cpu);
  fpBegin((m >> 13) & 3, (m >> 7) & 63, (m & 0x40) != 0, (m & 0x8000) != 0);
}

/** Adds the flags raised to MXCSR. False with #XM pending (#UD without CR4.OSXMMEXCPT) if one of them is not masked:
 *  the destination must stay as it was. */
export function sseEnd(cpu: i32): bool {
  let flags = fpFlags();
  if (flags == 0) return true;
  const m = mxcsr(cpu);
  const traps = flags & ~(m >> 7);
  // An unmasked pre-computation exception is taken before the operation can raise others (SDM vol. 1, 11.5.4).
  if (traps & PRE_COMPUTATION) flags &= PRE_COMPUTATION;
  store<u32>(cpu + X_MXCSR, m | flags);
  if (traps == 0) return true;
  raise(cpu, load<u64>(cpu + X_CR4) & CR4_OSXMMEXCPT ? VECTOR_XM : VECTOR_UD, 0, 0);
  return false;
}

// The two modes of the local APIC, as far as they are rules: which registers there are in each, what may be written to MSRs, and the ways
// between the modes (Intel SDM volume 3, 11.4.1 and 11.12).

import * as r from "./registers.js";

/** Registers that exist in xAPIC mode. */
export function isRegister(register: number): boolean {
  if (register >= r.REG_ISR && register <= r.REG_ESR) return true;
  if (register >= r.REG_ICR_LOW && register <= r.REG_CURRENT_COUNT) return true;
  switch (register) {
    case r.REG_ID:
    case r.REG_VERSION:
    case r.REG_TPR:
    case r.REG_APR:
    case r.REG_PPR:
    case r.REG_EOI:
    case r.REG_LDR:
    case r.REG_DFR:
    case r.REG_SVR:
    case r.REG_DIVIDE:
      return true;
  }
  return false;
}

/** Whether RDMSR finds a register in x2APIC mode. */
export function isReadableMsr(register: number): boolean {
  switch (register) {
    case r.REG_EOI:
    case r.REG_DFR:
    case r.REG_APR:
    case r.REG_ICR_HIGH:
    case r.REG_SELF_IPI:
      return false;
  }
  return isRegister(register);
}

/** Whether WRMSR may write this value to a register in x2APIC mode. */
export function isWritableMsr(register: number, low: number, high: number): boolean {
  switch (register) {
    case r.REG_ICR_LOW:
      return true;
    case r.REG_SELF_IPI:
      return high === 0 && low <= 0xff;
    case r.REG_EOI:
    case r.REG_ESR:
      return low === 0 && high === 0;
    case r.REG_TPR:
    case r.REG_SVR:
    case r.REG_INITIAL_COUNT:
    case r.REG_DIVIDE:
      return high === 0;
    default:
      return high === 0 && register >= r.REG_LVT && register < r.REG_LVT + r.LVT_COUNT;
  }
}

/** Whether IA32_APIC_BASE may become this: which changes of the two enable bits are allowed. */
export function isBase(current: number, low: number, high: number): boolean {
  const wanted = low & (r.BASE_ENABLE | r.BASE_X2APIC);
  const modes = current & (r.BASE_ENABLE | r.BASE_X2APIC);
  if (high !== 0 || low & 0x2ff) return false;
  if (wanted === r.BASE_X2APIC) return false;
  if (wanted & r.BASE_X2APIC && modes === 0) return false;
  return !(wanted === r.BASE_ENABLE && modes & r.BASE_X2APIC);
}

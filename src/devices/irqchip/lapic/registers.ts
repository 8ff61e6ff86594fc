// Registers of the local APIC (Intel SDM volume 3, chapter 11 "APIC"): numbers are MMIO offset / 16, which is also the
// x2APIC MSR index minus 0x800.

export const REG_ID = 0x02;
export const REG_VERSION = 0x03;
export const REG_TPR = 0x08;
export const REG_APR = 0x09;
export const REG_PPR = 0x0a;
export const REG_EOI = 0x0b;
export const REG_LDR = 0x0d;
export const REG_DFR = 0x0e;
export const REG_SVR = 0x0f;
export const REG_ISR = 0x10;
export const REG_TMR = 0x18;
export const REG_IRR = 0x20;
export const REG_ESR = 0x28;
export const REG_ICR_LOW = 0x30;
export const REG_ICR_HIGH = 0x31;
export const REG_LVT = 0x32;
export const REG_INITIAL_COUNT = 0x38;
export const REG_CURRENT_COUNT = 0x39;
export const REG_DIVIDE = 0x3e;
/** x2APIC only. */
export const REG_SELF_IPI = 0x3f;

/** Entries of the local vector table, in register order. */
export const LVT_TIMER = 0;
export const LVT_THERMAL = 1;
export const LVT_PERF = 2;
export const LVT_LINT0 = 3;
export const LVT_LINT1 = 4;
export const LVT_ERROR = 5;
export const LVT_COUNT = 6;

/** Integrated APIC, six LVT entries, no directed EOI: as QEMU's. */
export const VERSION = 0x50014;

export const SVR_ENABLE = 0x100;
/** Vector, enable, focus checking; there is no directed EOI to suppress broadcasts with. */
export const SVR_WRITABLE = 0x3ff;

export const LVT_MASKED = 1 << 16;
export const LVT_LEVEL = 1 << 15;
export const LVT_TIMER_MODE_SHIFT = 17;
/** Writable bits of each LVT entry. */
export const LVT_WRITABLE: readonly number[] = [0x700ff, 0x107ff, 0x107ff, 0x1a7ff, 0x1a7ff, 0x100ff];

export const TIMER_ONE_SHOT = 0;
export const TIMER_PERIODIC = 1;
export const TIMER_DEADLINE = 2;

/** Delivery modes, of the ICR, LVT entries, MSI data and IOAPIC entries alike. */
export const DELIVER_FIXED = 0;
export const DELIVER_LOWEST = 1;
export const DELIVER_SMI = 2;
export const DELIVER_NMI = 4;
export const DELIVER_INIT = 5;
export const DELIVER_SIPI = 6;
export const DELIVER_EXTINT = 7;

export const ESR_SEND_VECTOR = 1 << 5;
export const ESR_RECEIVE_VECTOR = 1 << 6;
export const ESR_REGISTER = 1 << 7;

/** ICR, low half. */
export const ICR_LOGICAL = 1 << 11;
export const ICR_ASSERT = 1 << 14;
export const ICR_LEVEL = 1 << 15;
export const ICR_WRITABLE = 0xccfff;

export const MSR_APIC_BASE = 0x1b;
export const MSR_TSC_DEADLINE = 0x6e0;
export const MSR_X2APIC = 0x800;
export const BASE_BSP = 1 << 8;
export const BASE_X2APIC = 1 << 10;
export const BASE_ENABLE = 1 << 11;
export const BASE_ADDRESS = 0xfffff000;
export const DEFAULT_BASE = 0xfee00000;

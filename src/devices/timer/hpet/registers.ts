// Registers of the HPET (IA-PC HPET specification 1.0a, chapter 2.3). Offsets of 32-bit halves.

export const CAPABILITIES = 0x000;
export const CAPABILITIES_PERIOD = 0x004;
export const CONFIG = 0x010;
export const STATUS = 0x020;
export const COUNTER = 0x0f0;
export const COUNTER_HIGH = 0x0f4;
export const TIMERS = 0x100;
export const TIMER_STRIDE = 0x20;

/** Within a timer's block. */
export const T_CONFIG = 0x00;
export const T_ROUTES = 0x04;
export const T_COMPARE = 0x08;
export const T_COMPARE_HIGH = 0x0c;
export const T_FSB_DATA = 0x10;
export const T_FSB_ADDRESS = 0x14;

/** 100 MHz. */
export const PERIOD_FS = 10_000_000;
export const NS_PER_TICK = 10;
/**
 * Between a guest's look at the counter and the write that follows from it a host may be held up: for so long (100 ms) that is taken
 * for what happened. It is five of the longest steps that virtual time makes (tuning/host.ts, STEADY_STEP_NS).
 */
export const HELD_UP_TICKS = 10_000_000n;

/** Vendor 8086h, revision 1, 64-bit counter, legacy replacement; the number of timers goes into bits 12 to 8. */
export const CAPABILITY = 0x8086a001;

export const CONFIG_ENABLE = 1;
export const CONFIG_LEGACY = 2;

export const T_LEVEL = 1 << 1;
export const T_ENABLE = 1 << 2;
export const T_PERIODIC = 1 << 3;
export const T_PERIODIC_CAPABLE = 1 << 4;
export const T_64BIT_CAPABLE = 1 << 5;
export const T_SET_VALUE = 1 << 6;
export const T_32BIT = 1 << 8;
export const T_ROUTE_SHIFT = 9;
export const T_FSB = 1 << 14;
export const T_FSB_CAPABLE = 1 << 15;
export const T_WRITABLE = 0x7f4e;

// Requests of x86 core code to the machine through guestCall(what, lo, hi) (core/arch/x86/host.ts), and its log calls. Read by both
// compilers: constants only.
// Arguments and results are 64-bit values as halves: the call returns the low half, guestCallHigh() the high one.

/** IA32_APIC_BASE was written: lo, hi = the value. */
export const HOST_APIC_BASE = 1;
/** CR8: result = TPR bits 7-4. */
export const HOST_TPR_GET = 2;
/** CR8: lo = 0 to 15. */
export const HOST_TPR_SET = 3;
/** IA32_TSC_DEADLINE: virtual time in nanoseconds of the interrupt, 0 when disarmed (TSC offset already taken off). */
export const HOST_DEADLINE_GET = 4;
export const HOST_DEADLINE_SET = 5;
/** x87 error with CR0.NE = 0: assert FERR (IRQ 13). */
export const HOST_FERR = 6;
/** INIT or other reset asked for by the processor itself. */
export const HOST_RESET = 7;
/** The TSC was written: timers that count it have to be looked at. lo, hi = the new offset to virtual time. */
export const HOST_TSC_OFFSET = 8;
/** + MSR number - 0x800. Whether an x2APIC register can be read (bit 0) and written (bit 1); 0 outside x2APIC mode. */
export const HOST_X2APIC_CHECK = 0x100;
/** + MSR number - 0x800: the register. */
export const HOST_X2APIC_READ = 0x200;
/** + MSR number - 0x800: lo, hi = the value. Result 0, or 1 where the value is not allowed (#GP). */
export const HOST_X2APIC_WRITE = 0x300;

// Kinds of log calls, from LOG_ARCH on. a: 1 for WRMSR, 0 for RDMSR; b: number of the register; c: program counter.

/** The register does not exist: the guest gets an exception. */
export const LOG_MISSING_MSR = 16;
/** The register exists on some processors: it is ignored, and read as 0. */
export const LOG_UNKNOWN_MSR = 17;

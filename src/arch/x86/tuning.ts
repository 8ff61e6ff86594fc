// What an x86 guest sees of the emulator's choices.

/** The one virtual TSC frequency, Hz: TSC ticks are nanoseconds. */
export const TSC_HZ = 1_000_000_000;
/** LAPIC bus frequency, Hz. */
export const APIC_HZ = 1_000_000_000;

// What an x86 guest sees of the emulator's choices.

/** The one virtual TSC frequency, Hz: TSC ticks are nanoseconds. Record: guest-frequencies. */
export const TSC_HZ = 1_000_000_000;
/** LAPIC bus frequency, Hz. Record: guest-frequencies. */
export const APIC_HZ = 1_000_000_000;

// Registers of the ACPI fixed hardware (ACPI 6.5, chapter 4.8) laid out as in the PIIX4's power management function.

/** Offsets in the PM block. */
export const PM1_STATUS = 0;
export const PM1_ENABLE = 2;
export const PM1_CONTROL = 4;
export const PM_TIMER = 8;
export const PM_SIZE = 64;
/** The GPE block: status bytes, then enable bytes. */
export const GPE_SIZE = 4;

export const STS_TIMER = 1 << 0;
export const STS_GLOBAL = 1 << 5;
export const STS_POWER_BUTTON = 1 << 8;
export const STS_RTC = 1 << 10;
export const STS_WAKE = 1 << 15;
export const STATUS_BITS = 0x8731;
export const ENABLE_BITS = 0x0721;

export const CONTROL_SCI = 1 << 0;
export const CONTROL_SLEEP_SHIFT = 10;
export const CONTROL_SLEEP_ENABLE = 1 << 13;
/** SLP_TYP as the DSDT's \_S5 and \_S4 packages have to name it. */
export const SLEEP_S5 = 0;
export const SLEEP_S3 = 1;
export const SLEEP_S4 = 2;

export const PM_TIMER_HZ = 3579545;
export const PM_TIMER_MASK = 0xffffff;
/** The status bit is set whenever this bit changes. */
export const PM_TIMER_HALF = 0x800000;

/** What the guest writes to the SMI command port (FADT). */
export const ACPI_ENABLE = 0xf1;
export const ACPI_DISABLE = 0xf0;

// Registers of the RISC-V advanced core-local interruptor (RISC-V ACLINT specification 1.0-rc4), whose first two parts are also those of
// SiFive's CLINT: there the software interrupts lie at 0 and the timer at 4000h.

/** Of the MTIMER device. A comparator of 64 bits for each hart, and the counter that all share. */
export const MTIMECMP = 0x0000;
export const MTIME = 0x7ff8;
export const MTIMER_SIZE = 0x8000;

/** Of MSWI and SSWI: a word for each hart, whose bit 0 is the interrupt. */
export const SWI_SIZE = 0x4000;

/** Harts that the registers have room for. */
export const MOST_HARTS = 4095;

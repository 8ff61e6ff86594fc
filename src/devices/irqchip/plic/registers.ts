// Registers of the RISC-V platform-level interrupt controller (RISC-V PLIC specification 1.0, chapters 3 to 9). Words of 32 bits.

/** A priority for each source; that of source 0, which there is not, reads as zero. */
export const PRIORITIES = 0x00_0000;
/** A bit for each source. */
export const PENDING = 0x00_1000;
/** For each context a bit for each source. */
export const ENABLES = 0x00_2000;
export const ENABLES_STRIDE = 0x80;
/** For each context a page of its own. */
export const CONTEXTS = 0x20_0000;
export const CONTEXT_STRIDE = 0x1000;
/** Within such a page. Reading CLAIM claims, writing it completes. */
export const THRESHOLD = 0;
export const CLAIM = 4;

/** Sources and contexts that the map has room for. */
export const MOST_SOURCES = 1024;
export const MOST_CONTEXTS = 15872;

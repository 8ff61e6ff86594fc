// A memory access: the operation word of LOAD and STORE, which slow paths are also given; access kinds and permissions of page walks.

/** Bits 0-2: log2 of the size in bytes (0 to 4). */
export const MEM_SIZE_MASK = 7;
/** Sign-extend the loaded value to the result's type. */
export const MEM_SIGNED = 8;
/** A load that will be followed by a store to the same place: it needs write permission and faults as a write. */
export const MEM_RMW = 16;
/** Fault (misaligned hook) unless naturally aligned. */
export const MEM_ALIGN = 32;
export const ACCESS_READ = 0;
export const ACCESS_WRITE = 1;
export const ACCESS_EXEC = 2;
export const PERM_READ = 1;
export const PERM_WRITE = 2;
export const PERM_EXEC = 4;
/** The entry survives a flush of non-global entries. */
export const PERM_GLOBAL = 8;

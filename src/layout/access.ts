// A memory access: the operation word of LOAD and STORE, which slow paths are also given; access kinds and permissions of page walks.

/** Bits 0-2: log2 of the size in bytes (0 to 4). */
export const MEM_SIZE_MASK = 7;
/** Sign-extend the loaded value to the result's type. */
export const MEM_SIGNED = 8;
/** A load that will be followed by a store to the same place: it needs write permission and faults as a write. */
export const MEM_RMW = 16;
/** Fault (misaligned hook) unless naturally aligned. */
export const MEM_ALIGN = 32;
/** What ATOMIC does, beside the size and MEM_ALIGN in its word: memory is combined with a value, or compared first. */
export const ATOMIC_MASK = 0xf00;
export const ATOMIC_ADD = 0x000;
export const ATOMIC_AND = 0x100;
export const ATOMIC_OR = 0x200;
export const ATOMIC_XOR = 0x300;
export const ATOMIC_XCHG = 0x400;
/** Signed and unsigned minimum and maximum. */
export const ATOMIC_MIN = 0x500;
export const ATOMIC_MAX = 0x600;
export const ATOMIC_MINU = 0x700;
export const ATOMIC_MAXU = 0x800;
/** The value is stored if memory holds the expected one. */
export const ATOMIC_CAS = 0x900;
/** A load that sets the CPU's exclusive monitor (S_EXCLUSIVE). */
export const ATOMIC_LOAD_EXCLUSIVE = 0xa00;
/** The value is stored if the monitor is set for this place and memory holds what was loaded then. Clears the monitor. Result: 0 if it
 *  was stored, else 1, as at a misaligned address. */
export const ATOMIC_STORE_EXCLUSIVE = 0xb00;
export const ACCESS_READ = 0;
export const ACCESS_WRITE = 1;
export const ACCESS_EXEC = 2;
/** Read by nobody in the guest: a walk for it changes nothing, neither flags of page tables nor what is pending. */
export const ACCESS_LOOK = 3;
export const PERM_READ = 1;
export const PERM_WRITE = 2;
export const PERM_EXEC = 4;
/** The entry survives a flush of non-global entries. */
export const PERM_GLOBAL = 8;

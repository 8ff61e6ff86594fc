// State of the toy CPU, offsets from `cpu`, inside the guest part of src/layout/vcpu.ts. Read by both compilers: constants only.
//
// The toy is the least guest that asks everything of the engine: 8 registers of 32 bits, instructions of 1, 2 and 6 bytes, addresses
// that wrap around at 4 GiB, paging by two levels of tables with rights for two modes, faults, two interrupt lines.

/** 8 x i64, the upper half 0. R7 is where calls put the way back. */
export const T_REG = 0x100;
export const T_REGISTERS = 8;
/** i64: physical address of the tables; 0: addresses are physical ones. */
export const T_TABLES = 0x140;
/** i64: where exceptions go. 0: the CPU gives up. */
export const T_VECTOR = 0x148;
/** i64 each: program counter, cause and address of the last exception. */
export const T_EXC_PC = 0x150;
export const T_EXC_CAUSE = 0x158;
export const T_EXC_ADDRESS = 0x160;
/** i64: added to the program counter. */
export const T_BASE = 0x168;
/** i32: 1 in programs, 0 in the system. */
export const T_USER = 0x170;
/** i32: what T_USER was before the last exception. */
export const T_EXC_USER = 0x174;
/** i32: interrupts are taken. */
export const T_ENABLED = 0x178;
/** i32: what T_ENABLED was before the last exception. */
export const T_EXC_ENABLED = 0x17c;
/** i32: a bit for each line that is asserted. */
export const T_LINES = 0x180;
/** i32 each: cause and address of the exception that is pending. */
export const T_CAUSE = 0x184;
export const T_ADDRESS = 0x188;
/** i32: what a region may know at its entry; no instruction looks at it. */
export const T_CONTEXT = 0x18c;
/** i32: bits of FLAG_*. */
export const T_FLAGS = 0x190;

/** A product has been computed; one was tiny or huge or no number. */
export const FLAG_PRODUCT = 1;
export const FLAG_ODD = 2;

// Guests have more modes than two, which the toy has no use for: programs have the last one there can be.
export const MMU_SYSTEM = 0;
export const MMU_PROGRAM = 15;
export const MMU_COUNT = 16;

// Causes.
export const CAUSE_READ = 1;
export const CAUSE_WRITE = 2;
export const CAUSE_FETCH = 3;
export const CAUSE_TRAP = 4;
export const CAUSE_UNDEFINED = 5;
export const CAUSE_RIGHTS = 6;
export const CAUSE_ALIGNMENT = 7;
/** + line. */
export const CAUSE_INTERRUPT = 16;

// A table has 1024 entries of 4 bytes: a page's address in bits 31-12, bits 35-32 of it in bits 11-8, and these.
export const PTE_READ = 1;
export const PTE_WRITE = 2;
export const PTE_EXEC = 4;
export const PTE_USER = 8;
export const PTE_GLOBAL = 16;
/** In the upper table: 4 MiB. */
export const PTE_LARGE = 32;

// What `sys` does, by its number. It goes on where it says.
export const SYS_HALT = 0;
/** Exception CAUSE_TRAP, in both modes. */
export const SYS_TRAP = 1;
/** Back from an exception. */
export const SYS_RETURN = 2;
/** Code base := register. */
export const SYS_BASE = 3;
/** register := a field of the last exception, by its value: 0 program counter, 1 cause, 2 address. */
export const SYS_EXCEPTION = 4;
/** Program counter of the last exception := register; programs go on there. */
export const SYS_PROGRAM = 5;
/** register := instructions executed before this one, in both modes. */
export const SYS_COUNT = 6;
export const SYS_LAST = 6;

// What `control` does, by its number. It goes on behind it, once what has come of it has been looked at.
/** T_TABLES := register. */
export const CONTROL_TABLES = 0;
/** T_VECTOR := register. */
export const CONTROL_VECTOR = 1;
/** The translation of one page goes. */
export const CONTROL_FLUSH_PAGE = 2;
/** All translations go, or, with register = 1, those that are not global. */
export const CONTROL_FLUSH = 3;
/** Interrupts are taken (1) or not (0). */
export const CONTROL_ENABLE = 4;
/** Number of the address space := register. */
export const CONTROL_SPACE = 5;
/** What is not global goes, of the space of a number; of one page: its address, and the number in its lowest bits. */
export const CONTROL_DROP_SPACE = 6;
export const CONTROL_DROP_PAGE = 7;
export const CONTROL_LAST = 7;
/** Other spaces that are kept. */
export const SPACES = 2;

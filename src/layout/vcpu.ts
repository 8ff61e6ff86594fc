// The state of one CPU, offsets from its base address `cpu`, and the codes that stand in its fields.

/** i64: program counter of the block being executed; exact again at every exit. */
export const S_PC = 0x00;
/** i64: the virtual address of code is (program counter + S_CODE_BASE) & S_CODE_MASK. */
export const S_CODE_BASE = 0x08;
/** i32: instructions left before run() returns. May go below 0 unless S_EXACT. */
export const S_FUEL = 0x10;
/** i32: everything a translation depends on besides the bytes (MODE_*). */
export const S_MODE = 0x14;
/** 24 bytes of i32s that the dispatcher checks before each block. All are 0 nearly always. */
export const S_URGENT = 0x18;
/** i32: FAULT_*; non-zero after a helper or slow path that did not complete. */
export const S_FAULT = 0x18;
/** i32: non-zero when the attention hook must be called before the next block (interrupt line, NMI, mode change...). */
export const S_ATTENTION = 0x1c;
/** i32: INHIBIT_*: what is held off for one instruction (the interrupt shadow). */
export const S_INHIBIT = 0x20;
/** Interrupts. */
export const INHIBIT_INTERRUPTS = 1;
/** Debug traps too. */
export const INHIBIT_ALL = 2;
/** i32: the CPU waits for an interrupt. */
export const S_HALTED = 0x24;
/** i32: next block is to be a single instruction, in which MMIO and writes to own code are allowed. */
export const S_ONE_INSN = 0x28;
/** i32: set by a device or the host: leave run() at the next dispatch. */
export const S_STOP = 0x2c;
/** i64: instruction count at which S_FUEL is 0: instructions executed so far = S_ICOUNT_END - S_FUEL. */
export const S_ICOUNT_END = 0x30;
/** i64: second result of a helper (read with LD right after the CALL). */
export const S_RET2 = 0x38;
/** Page walk result: i64 physical address of the 4 KiB page, i32 PERM_* bits, i32 log2 of the page size. */
export const S_WALK_PHYS = 0x40;
export const S_WALK_PERM = 0x48;
export const S_WALK_SHIFT = 0x4c;
/** i32: run() must stop at exactly S_FUEL = 0 (-icount, lockstep). */
export const S_EXACT = 0x50;
/** i32: why run() returned (EXIT_*). */
export const S_EXIT = 0x54;
/** i64: physical address of the block to translate / made hot, for EXIT_TRANSLATE; S_EXIT_BLOCK: the hot block. */
export const S_EXIT_PHYS = 0x58;
export const S_EXIT_BLOCK = 0x60;
/** i32: instructions of the current block/region not yet executed at the running helper (set before TIME and FAULT helpers). */
export const S_PENDING = 0x64;
/** i64: physical address of the second page of a page-crossing instruction at S_EXIT_PHYS (-1: none). */
export const S_EXIT_PHYS2 = 0x68;
/** i32: length of the list of filled TLB entries. */
export const S_TLB_USED = 0x70;
/** i32: block being interpreted. */
export const S_BLOCK = 0x74;
/** i32: the pages of the region being entered, or just left, that are known to be mapped (a bit each). */
export const S_PAGES = 0x78;
/** i32: how many at the start of the list survived the last flush of what is not global. */
export const S_TLB_KEPT = 0x7c;
/** i32: the region that is running has looked at a page that is not global. */
export const S_LOCAL_PAGE = 0x80;
/** i32: what S_ONE_INSN becomes after a block: non-zero while the guest watches every instruction (breakpoints). */
export const S_ALONE = 0x84;
/** i64: the bits that virtual addresses of code have: all ones, or 32 of them where addresses wrap around at 4 GiB. */
export const S_CODE_MASK = 0x88;
/** i64: instruction count at the last exception or interrupt, -1: there was none. */
export const S_LAST_EVENT = 0x90;
/** i32: address of the list of addresses of filled TLB entries, behind the TLBs. */
export const S_TLB_LIST = 0x98;
/** i32: address of the translations of other address spaces, behind that list. */
export const S_SPACES = 0x9c;
/** i32: number of the current address space; i32: counts changes of it. */
export const S_SPACE = 0xa0;
export const S_SPACE_TURN = 0xa4;
/** i32: there may be pieces of pages of more than 1 GiB. */
export const S_GIANT_PAGES = 0xa8;
/** i64 each: virtual time at this CPU's last read of the host's clock, nanoseconds; its instruction count then; the instruction count
 *  from which the clock is read again. */
export const S_TIME = 0xc0;
export const S_TIME_COUNT = 0xc8;
export const S_TIME_UNTIL = 0xd0;
/** Two epochs validate entries of the region cache (S_REGION_CACHE): an even one for code in non-global pages, an odd one for code in
 *  global pages. A mapping change or a dead region advances both; a non-global flush only the even one. */
export const S_REGION_EPOCH = 0xd8;
export const S_GLOBAL_EPOCH = 0xdc;
/** Exclusive monitor: i32 host address (0: not set), i32 log2 of the size, i64 value that was loaded. Guests clear it where theirs do. */
export const S_EXCLUSIVE = 0xe0;
export const S_EXCLUSIVE_SIZE = 0xe4;
export const S_EXCLUSIVE_VALUE = 0xe8;
/** 16 bytes: what memory held at the last exchange of 16 bytes (core/engine/softmmu/atomic128.ts). */
export const S_WIDE = 0xf0;
export const S_GUEST = 0x100;
export const GUEST_STATE_SIZE = 0xf00;
/** 4-byte words of state that slots can be in: the engine's and the guest's. */
export const SLOT_WORDS = (S_GUEST + GUEST_STATE_SIZE) >> 2;
export const S_TEMPS = 0x1000;
export const TEMP_COUNT = 1024;
/** Counters (i64 each) from here on: STAT_*, offsets from S_STATS. */
export const S_STATS = 0x5000;
export const STAT_TLB_MISS = 0;
export const STAT_TLB_FLUSH = 8;
export const STAT_SLOW_LOAD = 16;
export const STAT_SLOW_STORE = 24;
export const STAT_MMIO = 32;
/** Times control went to the interpreter, and instructions executed there. */
export const STAT_T0_ENTRIES = 48;
export const STAT_T1_ENTRIES = 56;
export const STAT_FAULTS = 64;
export const STAT_INTERRUPTS = 72;
export const STAT_T0_INSNS = 80;
export const STAT_LOOKUPS = 88;
/** Slow paths that a filled TLB would not have avoided: page-crossing accesses, and stores to pages with code. */
export const STAT_CROSSING = 96;
export const STAT_CODE_STORE = 104;
/** Instructions executed again on their own (FAULT_RETRY). */
export const STAT_RETRIES = 112;
/** 16 bytes: the bytes of an access that crosses a page (core/engine/softmmu/crossing.ts). */
export const S_CROSSING = 0x5100;
/** Which pages there may be TLB entries of, a bit for all whose numbers fold to it (core/engine/softmmu/tlb.ts): pieces of large and of
 *  huge pages; pages that code was executed in, global and not. */
export const S_LARGE_PAGES = 0x5200;
export const LARGE_PAGES_BYTES = 512;
export const S_HUGE_PAGES = 0x5400;
export const HUGE_PAGES_BYTES = 32;
export const S_CODE_PAGES = 0x5800;
export const S_GLOBAL_CODE_PAGES = 0x5c00;
export const CODE_PAGES_BYTES = 1024;
/** Jump cache: entries of JC_STRIDE bytes, 1 << JUMP_CACHE_BITS of them. */
export const S_JUMP_CACHE = 0x10000;
/** Region cache: entries of RC_STRIDE bytes, by virtual address, 1 << REGION_CACHE_BITS of them. */
export const S_REGION_CACHE = 0x50000;
/** What translation to tier 0 needs (src/tier0/layout.ts). */
export const S_ENCODER = 0x70000;
// 0xd0000: the TLB (tlb.ts). How long a CPU's state is, is in E_CPU_SIZE.

/** S_MODE: the guest's own bits up to this one, which TLB is used, then MODE_ONE_INSN. */
export const MODE_MMU_SHIFT = 26;
export const MODE_MMU_MASK = 15;
/** The block is one instruction long, whatever follows. */
export const MODE_ONE_INSN = 0x40000000;
export const FAULT_NONE = 0;
/** A guest exception is pending in guest state; the deliver hook takes it. */
export const FAULT_EXCEPTION = 1;
/** The instruction has to be executed again on its own (MMIO, write to translated code). */
export const FAULT_RETRY = 2;
/** The helper stopped the machine (an exception that cannot be delivered): run() returns EXIT_SHUTDOWN. */
export const FAULT_SHUTDOWN = 3;
export const EXIT_FUEL = 0;
export const EXIT_TRANSLATE = 1;
export const EXIT_HOT = 2;
export const EXIT_HALT = 3;
export const EXIT_SHUTDOWN = 4;
export const EXIT_STOP = 5;
/** The program counter is where there is no memory. */
export const EXIT_NOT_MEMORY = 6;

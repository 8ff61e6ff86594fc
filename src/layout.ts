// The layout of linear memory and of the CPU state, read by both compilers (TypeScript and AssemblyScript), so only
// plain constants stand here. Offsets are bytes. Everything per CPU hangs off one base pointer, `cpu`.
//
//   0          static data of core.wasm (at most 512 KiB), then what encoding to tier 0 needs (src/tier0/layout.ts)
//   UNPACK_TABLES  of core/unpack (64 KiB)
//   ENGINE     pointers to the engine's tables, filled in by src/engine/memory.ts
//   CPU0       state of CPU 0 (CPU_SIZE bytes): common part, guest part, tier 0 temporaries, TLB
//   ...        tables and caches, placed by src/engine/memory.ts, then guest RAM

/** Probabilities and checksum tables, while something is unpacked. */
export const UNPACK_TABLES = 0xf0000;

// ---- ENGINE: i32 fields -------------------------------------------------------------------------------------------
export const ENGINE = 0x100000;
export const ENGINE_SIZE = 0x1000;
/** u32 each: where RAM is in linear memory, and its bytes. It is one piece there, wherever the guest sees it; what is kept per RAM
 *  page goes by the page's index in that piece. */
export const E_RAM_BASE = 0x00;
export const E_RAM_SIZE = 0x04;
/** End of the physical map: address behind its last range (E_RANGES). */
export const E_RANGES_END = 0x08;
/** i64 per RAM page: bit n set when the 64-byte granule n holds translated code. */
export const E_CODE_BITS = 0x14;
/** i32 per RAM page: first block of the page (chained by B_PAGE_NEXT), 0 if none. */
export const E_PAGE_BLOCKS = 0x18;
/** i32 hash table of blocks, E_HASH_MASK+1 entries, chained by B_HASH_NEXT. */
export const E_HASH = 0x1c;
export const E_HASH_MASK = 0x20;
/** Jump cache: entries of JC_STRIDE bytes. */
export const E_JUMP_CACHE = 0x24;
export const E_JUMP_MASK = 0x28;
/** Bumped whenever any block is invalidated; links between blocks carry the epoch they were made in. */
export const E_LINK_EPOCH = 0x2c;
/** First index of the helpers in core's function table. */
export const E_HELPERS = 0x30;
/** Function-table indices of the guest's hooks, set by the guest's init function in core. */
export const E_HOOK_WALK = 0x38;
export const E_HOOK_DELIVER = 0x3c;
export const E_HOOK_ATTENTION = 0x40;
export const E_HOOK_MISALIGNED = 0x44;
/** Regions killed since start-up: tier 1 looks for dead ones when this has changed. */
export const E_DEAD_REGIONS = 0x48;
/** Non-zero: log flags for core (-d). */
export const E_LOG = 0x4c;
/** Fixed virtual TSC frequency is in tuning.ts. Non-zero here: time is the instruction count (-icount). */
export const E_ICOUNT = 0x50;
/** icount shift: nanoseconds per instruction as a power of two. */
export const E_ICOUNT_SHIFT = 0x54;
/** Region cache: entries of RC_STRIDE bytes, by virtual address. What changes where code is mapped or which regions there are begins new
 *  epochs: one of even numbers, and one of odd ones for entries in global pages, which a flush of what is not global leaves as it is. */
export const E_REGION_CACHE = 0x58;
export const E_REGION_CACHE_MASK = 0x5c;
export const E_REGION_EPOCH = 0x60;
/** i32 per RAM page: stores beside its code (core/dispatcher/invalidate.ts). */
export const E_PAGE_STORES = 0x64;
/** i64: virtual time at the last look at the host's, nanoseconds; the instruction count then; the one from which on to look again. */
export const E_TIME = 0x68;
export const E_TIME_COUNT = 0x70;
export const E_TIME_UNTIL = 0x78;
/** 16 bytes: copy of what an access across two pages is about (core/softmmu/crossing.ts). */
export const E_CROSSING = 0x80;
/** i32: see E_REGION_CACHE. */
export const E_GLOBAL_EPOCH = 0x90;
/** i32 for each MMU mode: executions of a block after which run() asks for a region. */
export const E_HOT = 0x94;
/** Counters (i64 each) from here on: see STAT_*. */
export const E_STATS = 0x100;
export const STAT_TLB_MISS = 0;
export const STAT_TLB_FLUSH = 8;
export const STAT_SLOW_LOAD = 16;
export const STAT_SLOW_STORE = 24;
export const STAT_MMIO = 32;
export const STAT_SMC = 40;
/** Times control went to the interpreter, and instructions executed there. */
export const STAT_T0_ENTRIES = 48;
export const STAT_T1_ENTRIES = 56;
export const STAT_FAULTS = 64;
export const STAT_INTERRUPTS = 72;
export const STAT_T0_INSNS = 80;
export const STAT_LOOKUPS = 88;
/** Why slow paths were taken that no TLB entry would have spared: page crossings, stores to pages with code. */
export const STAT_CROSSING = 96;
export const STAT_CODE_STORE = 104;
/** Instructions executed again on their own (FAULT_RETRY). */
export const STAT_RETRIES = 112;

/** Physical map: all that is memory to the guest, ranges that do not overlap, those looked for most first. Elsewhere is MMIO or nothing.
 *  Two modules know it: core/softmmu/physical.ts, and src/engine/physical.ts, which writes it. */
export const E_RANGES = 0x400;
/** u32: number of the first guest-physical page. */
export const RANGE_PAGE = 0;
/** u32: how many pages. */
export const RANGE_PAGES = 4;
/** u32: host address of the first page. */
export const RANGE_HOST = 8;
/** i32: RANGE_* flags. */
export const RANGE_FLAGS = 12;
export const RANGE_STRIDE = 16;
export const RANGES_MAX = 64;
/** Stores are dropped. */
export const RANGE_READONLY = 1;

// ---- CPU state, common part ---------------------------------------------------------------------------------------
export const CPU0 = 0x110000;
/** i64: program counter (x86: RIP, not linear) of the block being executed; exact again at every exit. */
export const S_PC = 0x00;
/** i64: added to the program counter to give the virtual (linear) address of code. */
export const S_PC_BASE = 0x08;
/** i32: instructions left before run() returns. May go below 0 unless S_EXACT. */
export const S_FUEL = 0x10;
/** i32: everything a translation depends on besides the bytes (MODE_*). */
export const S_MODE = 0x14;
/** What the dispatcher has to look at before a block, 24 bytes of i32s that are 0 nearly always. */
export const S_URGENT = 0x18;
/** i32: FAULT_*; non-zero after a helper or slow path that did not complete. */
export const S_FAULT = 0x18;
/** i32: non-zero when the attention hook must be called before the next block (interrupt line, NMI, mode change...). */
export const S_ATTENTION = 0x1c;
/** i32: INHIBIT_*: what is held off for one instruction (x86: STI, MOV SS). */
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
/** i32: length of the list of filled TLB entries, S_TLB_LIST. */
export const S_TLB_USED = 0x70;
/** i32: block being interpreted. */
export const S_BLOCK = 0x74;
/** i32: the pages of the region being entered, or just left, that are known to be mapped (a bit each). */
export const S_PAGES = 0x78;
/** i32: how many at the start of S_TLB_LIST survived the last flush of what is not global. */
export const S_TLB_KEPT = 0x7c;
/** i32: the region that is running has looked at a page that is not global. */
export const S_LOCAL_PAGE = 0x80;
/** i32: what S_ONE_INSN becomes after a block: non-zero while the guest watches every instruction (breakpoints). */
export const S_ALONE = 0x84;

// ---- CPU state, guest part: src/frontend/<guest>/layout.ts ---------------------------------------------------------
export const S_GUEST = 0x100;
export const GUEST_STATE_SIZE = 0xf00;

// ---- CPU state, tier 0 temporaries: 16 bytes each --------------------------------------------------------------------
export const S_TEMPS = 0x1000;
export const TEMP_COUNT = 1024;

// ---- TLB: per MMU index TLB_ENTRIES entries of TLB_STRIDE bytes for data, and as many for code ------------------------
// Entry: i64 read tag, i64 write tag, i64 unused, i32 addend (host = wrap(va) + addend), i32 flags. A tag is the
// virtual page address, or one that cannot match at this index (see core/softmmu/tlb.ts).
// Hit: (va ^ tag) <u 4096 - (size - 1). Entries for code have their tag in the read tag's place.
export const S_TLB = 0x10000;
export const TLB_BITS = 12;
export const TLB_ENTRIES = 4096;
export const TLB_STRIDE = 32;
export const TLB_READ = 0;
export const TLB_WRITE = 8;
export const TLB_ADDEND = 24;
export const TLB_FLAGS = 28;
/** Of the flags, the others of which are core's own: the mapping is global. */
export const TLB_GLOBAL = 1;
/** 0: supervisor, SMAP-like protection on; 1: supervisor; 2: user. */
export const MMU_MODES = 3;
export const MMU_USER = 2;
export const TLB_MODE_SIZE = 0x20000;
/** From a data entry to the tag and the addend of the entry for code of the same index and mode: code and data that share an index do
 *  not drive each other out. */
export const TLB_EXEC = 0x60000;
export const TLB_EXEC_ADDEND = 0x60018;
/** i32 list of addresses of filled TLB entries; each of the 2 * MMU_MODES * TLB_ENTRIES may be in it twice. */
export const S_TLB_LIST = 0xd0000;
export const CPU_SIZE = 0x100000;

// ---- S_MODE: common bits (the guest owns bits 0 to 27) ---------------------------------------------------------------
export const MODE_MMU_SHIFT = 28;
export const MODE_MMU_MASK = 3;
/** The block is one instruction long, whatever follows. */
export const MODE_ONE_INSN = 0x40000000;

// ---- S_FAULT -----------------------------------------------------------------------------------------------------------
export const FAULT_NONE = 0;
/** A guest exception is pending in guest state; the deliver hook takes it. */
export const FAULT_EXCEPTION = 1;
/** The instruction has to be executed again on its own (MMIO, write to translated code). */
export const FAULT_RETRY = 2;
/** The helper stopped the machine (x86: triple fault, shutdown): run() returns EXIT_SHUTDOWN. */
export const FAULT_SHUTDOWN = 3;

// ---- S_EXIT ------------------------------------------------------------------------------------------------------------
export const EXIT_FUEL = 0;
export const EXIT_TRANSLATE = 1;
export const EXIT_HOT = 2;
export const EXIT_HALT = 3;
export const EXIT_SHUTDOWN = 4;
export const EXIT_STOP = 5;
/** The program counter is where there is no memory. */
export const EXIT_NOT_MEMORY = 6;

// ---- block header (tier 0 code follows it) -----------------------------------------------------------------------------
/** i32: 1 valid, 0 invalidated. */
export const B_VALID = 0;
export const B_MODE = 4;
/** i64: guest-physical address of the first byte. */
export const B_PHYS = 8;
/** i32: instructions. */
export const B_INSNS = 16;
/** i32: bytes of guest code. */
export const B_BYTES = 20;
/** i32: bytes of tier 0 code after the header. */
export const B_SIZE = 24;
/** i32: executions in tier 0 since the last decay. */
export const B_COUNT = 28;
/** i32: region entry (R_*) that starts here, 0: none. For a span: first entry of its region. */
export const B_REGION = 32;
export const B_HASH_NEXT = 36;
export const B_PAGE_NEXT = 40;
/** i32 x 2: successor blocks (0: not linked), valid while B_EPOCH = E_LINK_EPOCH. */
export const B_LINK0 = 44;
export const B_LINK1 = 48;
export const B_EPOCH = 52;
/** i32: times the branch at the end was taken. */
export const B_TAKEN = 56;
/** i32: host page number (host address >> 12) of the second page, -1 if the block stays in one. */
export const B_PAGE2 = 60;
/** i32: chain of the second page. */
export const B_PAGE2_NEXT = 64;
/** i32: flags B_FLAG_*. */
export const B_FLAGS = 68;
/** Not a block but the stretch of code a region was made of: in page lists only; dropping it kills the region. */
export const B_FLAG_SPAN = 1;
/** i64 x B_TARGET_COUNT: different indirect targets (PC), the latest first, for region building. */
export const B_TARGETS = 72;
export const B_TARGET_COUNT = 3;
export const B_HEADER = 96;

// ---- region entry: a region has one or several, chained ------------------------------------------------------------------
/** i32: 1 valid; 0: killed, the function must not be called. */
export const R_VALID = 0;
/** i32: index in core's function table, of type (cpu: i32, entry: i32) -> i32. */
export const R_FUNC = 4;
/** i32: which entry of the function. */
export const R_ENTRY = 8;
/** i32: next entry of the same region, 0 at the end. */
export const R_NEXT = 12;
/** i32: times entered since the last decay, about (ENTRIES_NOTED_SHIFT). */
export const R_COUNT = 16;
/** i32: record of the region that was left for this one, at the last entry noted. */
export const R_FROM = 20;
/** i32: times entered without anything done: the TLB did not allow what the first instruction accesses (rarely: too little fuel). */
export const R_VAIN = 24;
export const R_SIZE = 32;

/** Jump cache entry: i32 host address of code (0: empty), i32 block, which says whether it is valid and for which mode. */
export const JC_STRIDE = 8;

// ---- region cache entry ------------------------------------------------------------------------------------------------
/** u64: virtual address of the code. */
export const RC_ADDRESS = 0;
/** i32: E_REGION_EPOCH or E_GLOBAL_EPOCH when it was made. */
export const RC_EPOCH = 8;
/** i32: S_MODE. */
export const RC_MODE = 12;
/** i32: R_* record. */
export const RC_RECORD = 16;
/** i32: S_PAGES when the region was left last. */
export const RC_PAGES = 20;
/** i32 each: R_FUNC and R_ENTRY of the record, which the way into the region does not have to wait for then. */
export const RC_FUNC = 24;
export const RC_ENTRY = 28;
export const RC_STRIDE = 32;

// ---- memory operation word of LOAD and STORE, also given to the slow paths ----------------------------------------------
/** Bits 0-2: log2 of the size in bytes (0 to 4). */
export const MEM_SIZE_MASK = 7;
/** Sign-extend the loaded value to the result's type. */
export const MEM_SIGNED = 8;
/** A load that will be followed by a store to the same place: it needs write permission and faults as a write. */
export const MEM_RMW = 16;
/** Fault (misaligned hook) unless naturally aligned. */
export const MEM_ALIGN = 32;

// ---- page-walk access kinds and permission bits --------------------------------------------------------------------------
export const ACCESS_READ = 0;
export const ACCESS_WRITE = 1;
export const ACCESS_EXEC = 2;
export const PERM_READ = 1;
export const PERM_WRITE = 2;
export const PERM_EXEC = 4;
/** The entry survives a flush of non-global entries. */
export const PERM_GLOBAL = 8;

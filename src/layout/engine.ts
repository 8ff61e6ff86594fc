// The engine's shared data, offsets from ENGINE: pointers to its tables, counters, and the physical map. i32 fields unless said.

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
/** CPUs: address of the first one's state, and behind the last one's; bytes from one to the next. */
export const E_CPUS = 0x24;
export const E_CPUS_END = 0x28;
export const E_CPU_SIZE = 0x5c;
/** MMU modes of the guest. */
export const E_MMU_MODES = 0x60;
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
/** Non-zero: time is the instruction count (-icount). */
export const E_ICOUNT = 0x50;
/** icount shift: nanoseconds per instruction as a power of two. */
export const E_ICOUNT_SHIFT = 0x54;
/** Times code was dropped because something was stored to it. */
export const E_INVALIDATIONS = 0x58;
/** i32 per RAM page: stores beside its code (core/engine/codemap/page-stores.ts). */
export const E_PAGE_STORES = 0x64;
/** The guest's hook for code that is fetched from where there is no memory, by its virtual address: FAULT_EXCEPTION with what the processor
 *  raises, or FAULT_NONE where it is lost: the host is told then. */
export const E_HOOK_NO_CODE = 0x6c;
/** The guest's hook for an access to where neither memory nor a device is, by its virtual address and ACCESS_*: raises what the processor
 *  raises. 0 where ones are read and stores are dropped. */
export const E_HOOK_NO_DEVICE = 0x74;
/** Not 0 while a CPU exchanges 16 bytes. */
export const E_WIDE_LOCK = 0x68;
/** Address spaces beside the current one whose translations a CPU keeps (Arch.mmu.spaces). */
export const E_MMU_SPACES = 0x70;
/** i32 for each MMU mode: executions of a block after which run() asks for a region. */
export const E_HOT = 0x94;
/** Physical map: all that is memory to the guest, ranges that do not overlap, those looked for most first. Elsewhere is MMIO or nothing.
 *  Two modules know it: core/engine/physical.ts, and src/engine/physical.ts, which writes it. */
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
/** Of what is read only: writes are not dropped but go to a device. */
export const RANGE_DEVICE_WRITES = 2;

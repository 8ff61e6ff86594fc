// Thresholds of the engine. None changes what a guest computes.

/** Most guest instructions in a block. */
export const BLOCK_MAX_INSNS = 48;
/** Executions of a block in tier 0 before a region is asked for: of programs' code and of the system's, much of which is executed some
 *  thousand times and no more, while it boots and for each program. */
export const HOT_BLOCK = 3000;
export const HOT_SYSTEM_BLOCK = 6000;
/** The same in a page with fewer processors than that, where V8's compilers take the machine's thread's, as nothing but their priority
 *  could prevent. */
export const HOT_BLOCK_CROWDED = 5000;
export const HOT_SYSTEM_BLOCK_CROWDED = 13_000;
export const CROWDED_PROCESSORS = 4;
/** Guest instructions that may be put into regions in a millisecond: each takes some 20 us of CPU time, V8's compilers included,
 *  which is to be a small part of the whole even while everything is new. */
export const REGION_RATE = 12;
/** Guest instructions that may be put into regions at once after times when there was nothing to do. */
export const REGION_BURST = 8000;
/** Regions wait to share a module: until there are so many, or one of them has become hot again, or for so many nanoseconds after the
 *  last module was made. */
export const REGION_BATCH = 48;
export const REGION_WAIT_NS = 25_000_000;
/** A region takes in a copy of code that another region of fewer guest instructions is entered at. */
export const REGION_COPY_INSNS = 20;
/** Core's function table grows by so many: the host copies it each time. */
export const TABLE_STEP = 256;
/** A region that has not been entered for so many guest instructions, a minute's work, is left out when its module is linked anew. */
export const REGION_UNUSED_INSNS = 50_000_000_000;
/** Share of the generated code that goes when there is too much. */
export const REGION_EVICT_SHARE = 0.25;
/** So many young modules are linked into one, and so many of those again, and so on: control goes from one instance to another many
 *  times slower once there are dozens, but all code of the new module starts at the bottom of the host's tiers. */
export const MODULES_YOUNG = 150;
export const MODULES_OLD = 8;
/** With nothing new for so many nanoseconds so many young ones are enough. A pause between two commands is not that: the second would
 *  run in code that the host has not compiled yet. */
export const MODULES_QUIET_NS = 20_000_000_000;
export const MODULES_QUIET = 8;
/** One entry of a region in 1 << this is noted, for that many: its record is hardly ever in the host's caches. */
export const ENTRIES_NOTED_SHIFT = 4;
/** So often, in nanoseconds, it is looked which regions were entered more than so many times from others. The most frequent transitions, so
 *  many of them, make regions be chosen anew, and the same ones again after so many nanoseconds at the earliest, twice as many each time. */
export const RETHINK_NS = 100_000_000;
export const RETHINK_ENTRIES = 80_000;
/** The same for entries in vain, where an access that shares a TLB check lies in another page: such a one costs some ten times as much, and
 *  is cured for certain. And for all, where the most frequent ones are more than so large a share of all there are: one loop through
 *  several regions, none of which is entered that often. */
export const RETHINK_LEAST = 20_000;
export const RETHINK_SHARE = 0.75;
export const RETHINK_MOST = 8;
export const RETHINK_PATIENCE_NS = 200_000_000;
/** So many regions that have been given up are remembered. */
export const RETHINK_REMEMBERED = 4000;
/** Regions with more Wasm together are not given up for one: several times what fits, for they share code and have cold parts. */
export const RETHINK_MOST_BYTES = 64 << 10;
/** Share of a region's runs that a block has to have for regions chosen in its place to want it. */
export const RETHINK_WARM = 1 / 16;
/** Bytes of tier 0 code kept (micro-ops and headers). */
export const TIER0_BYTES = 48 << 20;
/** The tier 0 arena is evicted by parts: this many. */
export const TIER0_CHUNKS = 16;
/** How much a part is executed is reckoned from one in so many of its blocks: walking over all would miss the host's caches. */
export const TIER0_SAMPLE = 16;
/** Room for the records of tier 1 (region entries and spans), bytes. */
export const REGION_RECORD_BYTES = 8 << 20;
/** Room for copies of ROM images, bytes. */
export const ROM_BYTES = 4 << 20;
/** log2 of the number of buckets of the block hash. */
export const BLOCK_HASH_BITS = 18;
/** log2 of the entries of the jump cache. */
export const JUMP_CACHE_BITS = 15;
/** log2 of the entries of the region cache. */
export const REGION_CACHE_BITS = 12;
/** Stores beside the code of a page after which that code is dropped. */
export const CODE_PAGE_STORES = 64;
/** Default of -accel tcg,tb-size= (MiB of generated Wasm). */
export const TB_SIZE_MIB = 64;
/** Nanoseconds between two looks at the host's clock while the guest asks for the time again and again, and fewest and most instructions
 *  that are taken for so long. For these time is reckoned by the instructions, each taken for 1 / 2^TIME_LOOK_SHIFT nanoseconds. */
export const TIME_LOOK_NS = 10_000;
export const TIME_LOOK_LEAST = 1000;
export const TIME_LOOK_MOST = 10_000;
export const TIME_LOOK_SHIFT = 2;
/** Largest Wasm function, bytes, and largest of one in the place of regions that led to one another again and again: what does not
 *  fit goes back and forth, but a byte of a large function takes V8 three times as long, too long for what has not proved itself. */
export const REGION_MAX_BYTES = 6 << 10;
export const REGION_MAX_BYTES_RETHOUGHT = 24 << 10;

// Thresholds of the engine. None changes what a guest computes. Each names its record in docs/decisions/, which has the figures.

/** Most guest instructions in a block. Record: block-length. */
export const BLOCK_MAX_INSNS = 48;
/** Encodings whose decoded form a frontend keeps, a power of two. Record: decoded-instructions. */
export const DECODED_INSNS = 4096;
/**
 * A block is offered to tier 1 after this many executions: of programs' code, and of the system's. The system's threshold is higher:
 * most kernel code runs a few thousand times at boot or for each program, and then never again. Record: hot-threshold.
 */
export const HOT_BLOCK = 3000;
/** See HOT_BLOCK. Record: hot-threshold. */
export const HOT_SYSTEM_BLOCK = 6000;
/**
 * Thresholds for pages on hosts with fewer than CROWDED_PROCESSORS processors. There V8's compiler threads compete with the CPU's
 * thread for a core, and a page cannot lower their priority. Record: hot-threshold.
 */
export const HOT_BLOCK_CROWDED = 5000;
/** See HOT_BLOCK_CROWDED. Record: hot-threshold. */
export const HOT_SYSTEM_BLOCK_CROWDED = 13_000;
/** See HOT_BLOCK_CROWDED. Record: hot-threshold. */
export const CROWDED_PROCESSORS = 4;
/**
 * Guest instructions that may be put into regions in a millisecond. Each costs some 20 us of CPU time, V8's compilers included. The
 * limit keeps that a small part of the whole while everything is new. Record: region-rate.
 */
export const REGION_RATE = 12;
/** Guest instructions that may be put into regions at once after a pause. Record: region-rate. */
export const REGION_BURST = 8000;
/**
 * Regions wait to share a module. It is made when REGION_BATCH of them wait, when one of them becomes hot again, or REGION_WAIT_NS
 * after the last module. Record: module-linking.
 */
export const REGION_BATCH = 48;
/** See REGION_BATCH. Record: module-linking. */
export const REGION_WAIT_NS = 25_000_000;
/** A region takes in a copy of code that another region is entered at, if that code has fewer guest instructions than this. Record:
 *  region-ends-where-another-begins. */
export const REGION_COPY_INSNS = 20;
/** Entries by which core's function table grows. The host copies the table each time. Record: module-linking. */
export const TABLE_STEP = 256;
/** A region that was not entered for this many guest instructions, a minute's work, is left out when its module is linked anew.
 *  Record: module-linking. */
export const REGION_UNUSED_INSNS = 50_000_000_000;
/** Share of the generated code that goes when the limit is reached. Record: code-limit. */
export const REGION_EVICT_SHARE = 0.25;
/** Share of a module's code that has to be live where the host holds more code than the limit: what is left of others is linked anew.
 *  Record: code-limit. */
export const MODULE_LIVE_SHARE = 0.5;
/**
 * MODULES_YOUNG young modules are linked into one; MODULES_OLD of those into one, and so on. Calls between instances become many
 * times slower once there are dozens, but all code of a new module starts in the host's baseline compiler. Record: module-linking.
 */
export const MODULES_YOUNG = 150;
/** See MODULES_YOUNG. Record: module-linking. */
export const MODULES_OLD = 8;
/**
 * After MODULES_QUIET_NS without new regions MODULES_QUIET young modules are enough. The time is long because after a pause between
 * two commands the second would run in code that the host has not optimized yet. Record: module-linking.
 */
export const MODULES_QUIET_NS = 20_000_000_000;
/** See MODULES_QUIET_NS. Record: module-linking. */
export const MODULES_QUIET = 8;
/** One entry of a region in 2^ENTRIES_NOTED_SHIFT is counted, for that many: the region's record is hardly ever in the host's
 *  caches. Record: dispatcher-caches. */
export const ENTRIES_NOTED_SHIFT = 4;
/**
 * Every RETHINK_NS nanoseconds tier 1 counts the transitions from region to region. The RETHINK_MOST most frequent ones with more
 * than RETHINK_ENTRIES entries have their regions discarded and formed again as one. Record: region-reformation.
 */
export const RETHINK_NS = 100_000_000;
/** See RETHINK_NS. Record: region-reformation. */
export const RETHINK_ENTRIES = 80_000;
/** Threshold for entries that fail their first TLB check (a shared check that crosses a page). Each costs ten normal entries. Record:
 *  region-reformation. */
export const RETHINK_LEAST = 20_000;
/** Where the RETHINK_MOST hottest transitions are more than this share of all, RETHINK_LEAST applies to them as well: one loop runs
 *  through several regions. Record: region-reformation. */
export const RETHINK_SHARE = 0.75;
/** See RETHINK_NS. Record: region-reformation. */
export const RETHINK_MOST = 8;
/** Nanoseconds before the same regions may be formed again; doubled each time. Record: region-reformation. */
export const RETHINK_PATIENCE_NS = 200_000_000;
/** Discarded regions that are remembered. Record: region-reformation. */
export const RETHINK_REMEMBERED = 4000;
/** Regions with more bytes of Wasm than this together are not discarded for one. It is several times what fits in one, since they
 *  share code and have cold parts. Record: region-reformation. */
export const RETHINK_MOST_BYTES = 64 << 10;
/** A region formed in the place of others includes the blocks with at least this share of a region's runs. Record:
 *  region-reformation. */
export const RETHINK_WARM = 1 / 16;
/** Bytes of tier 0 code kept (micro-ops and headers). Record: tier0-arena. */
export const TIER0_BYTES = 48 << 20;
/** Parts of the tier 0 arena; one is evicted at a time. Record: tier0-arena. */
export const TIER0_CHUNKS = 16;
/** One block in this many is looked at to find how much a part runs: a walk over all would miss the host's caches. Record:
 *  tier0-arena. */
export const TIER0_SAMPLE = 16;
/** Bytes for the records of tier 1 (region entries and code ranges). Record: code-limit. */
export const REGION_RECORD_BYTES = 8 << 20;
/** Bytes for copies of ROM images. Record: rom-room. */
export const ROM_BYTES = 4 << 20;
/** log2 of the number of buckets of the block hash. Record: lookup-tables. */
export const BLOCK_HASH_BITS = 18;
/** log2 of the entries of the jump cache. Record: lookup-tables. */
export const JUMP_CACHE_BITS = 15;
/** log2 of the entries of the region cache. Record: dispatcher-caches. */
export const REGION_CACHE_BITS = 12;
/** Stores beside the code of a page after which all code of that page is dropped. Record: code-pages. */
export const CODE_PAGE_STORES = 64;
/** Default of -accel tcg,tb-size= (MiB of generated Wasm). Record: code-limit. */
export const TB_SIZE_MIB = 64;
/**
 * Reads of virtual time within TIME_LOOK_NS of the last read of the host's clock are extrapolated from the instruction count, at
 * 1 / 2^TIME_LOOK_SHIFT nanoseconds an instruction. The window is TIME_LOOK_LEAST to TIME_LOOK_MOST instructions. Record:
 * clock-reads.
 */
export const TIME_LOOK_NS = 10_000;
/** See TIME_LOOK_NS. Record: clock-reads. */
export const TIME_LOOK_LEAST = 1000;
/** See TIME_LOOK_NS. Record: clock-reads. */
export const TIME_LOOK_MOST = 10_000;
/** See TIME_LOOK_NS. Record: clock-reads. */
export const TIME_LOOK_SHIFT = 2;
/** Most bytes of Wasm in a region. A byte of a large function costs V8 three times as much. Record: region-size. */
export const REGION_MAX_BYTES = 6 << 10;
/** The same for a region formed in the place of several: what does not fit keeps jumping between regions. Record: region-size. */
export const REGION_MAX_BYTES_RETHOUGHT = 24 << 10;
/** The host's clock is looked at after this many translations. Record: run-slices. */
export const TRANSLATIONS_A_POLL = 16;
/** Guest instructions after which a run looks whether another thread wants it to stop. Record: stop-requests. */
export const PIECE = 1 << 19;
/** The same where counts are exact: at the end of a piece blocks are cut. Record: stop-requests. */
export const EXACT_PIECE = 1 << 22;

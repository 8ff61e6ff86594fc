// What core keeps of regions: records of their entries (R_*), and the caches that find entries by address (RC_*) and blocks (JC_*).

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
/** i32: record of the region that was left for this one, at the last entry counted. */
export const R_FROM = 20;
/** i32: guard failures: times the region was entered and left at once, since the TLB did not allow its first access (rarely: too little
 *  fuel). */
export const R_MISSED = 24;
export const R_SIZE = 32;
/** Jump cache entry: i32 host address of code (0: empty), i32 block, which says whether it is valid and for which mode. */
export const JC_STRIDE = 8;
/** u64: virtual address of the code. */
export const RC_ADDRESS = 0;
/** i32: S_REGION_EPOCH or S_GLOBAL_EPOCH when it was made. */
export const RC_EPOCH = 8;
/** i32: S_MODE. */
export const RC_MODE = 12;
/** i32: R_* record. */
export const RC_RECORD = 16;
/** i32: S_PAGES when the region was left last. */
export const RC_PAGES = 20;
/** i32 each: copies of R_FUNC and R_ENTRY, so that entering the region does not wait for its record. */
export const RC_FUNC = 24;
export const RC_ENTRY = 28;
export const RC_STRIDE = 32;

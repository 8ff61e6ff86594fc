// The header of a block; its tier 0 code follows.

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
/** i32: region entry (R_*) that starts here, 0: none. For a code range: first entry of its region. */
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
/** Not a block but a code range of a region: it stands in page lists only, and dropping it kills the region. */
export const B_FLAG_SPAN = 1;
/** i64 x B_TARGET_COUNT: different indirect targets (PC), the latest first, for region building. */
export const B_TARGETS = 72;
export const B_TARGET_COUNT = 3;
export const B_HEADER = 96;

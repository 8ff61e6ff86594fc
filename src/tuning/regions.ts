// What a region takes in, and how its code is laid out. None changes what a guest computes. Each constant names its record in
// docs/decisions/, which has the figures.

/** Most blocks of a region. Record: region-size. */
export const MAX_BLOCKS = 200;
/** Most entries of a region. Record: region-size. */
export const MAX_ENTRIES = 12;
/** Edges taken less often than this share of the hot block's runs are left as exits. Record: region-choice. */
export const COLD = 1 / 40;
/** Programs have phases: an edge that was rare so far may have been hot all the same. It counts for at most this weight. Record:
 *  region-choice. */
export const UNEXPECTED = 1 / 8;
/** Executions below which a successor's counts say nothing: it is an exit. Record: region-choice. */
export const MIN_COUNT = 2;
/** Return addresses a return is compared with. Record: region-choice. */
export const MAX_RETURNS = 4;
/** Calls within calls that are followed. Record: region-choice. */
export const MAX_DEPTH = 6;
/** Estimated bytes of Wasm of a memory access. Record: region-size. */
export const BYTES_MEMORY = 50;
/** Estimated bytes of Wasm of a helper call. Record: region-size. */
export const BYTES_CALL = 60;
/** Estimated bytes of Wasm of another IR node. Record: region-size. */
export const BYTES_NODE = 3;
/** Estimated bytes of Wasm of a block. Record: region-size. */
export const BYTES_BLOCK = 20;
/** Most bytes between the first and the last byte that one TLB check serves within a block: beyond, page ends are met too often.
 *  Record: shared-tlb-checks. */
export const MAX_SPAN = 256;
/** The same where accesses of other blocks widen the check: not all of them are certain to be executed. Record: shared-tlb-checks. */
export const MAX_SPAN_SHARED = 64;
/** Blocks executed less often than this share of the one with the check do not widen it. Record: shared-tlb-checks. */
export const WIDENING = 1 / 8;
/** Blocks executed less often than this share of the one before them are moved out of its way. Record: region-choice. */
export const RARE = 1 / 10;

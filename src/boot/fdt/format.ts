// The flattened form of a device tree. Devicetree Specification 0.4, chapter 5. Big-endian.

export const MAGIC = 0xd00d_feed;
export const VERSION = 17;
/** Oldest version that a reader of this one understands. */
export const COMPATIBLE_VERSION = 16;

/** The header (section 5.2). */
export const HEADER_SIZE = 40;
export const H_MAGIC = 0;
export const H_TOTAL_SIZE = 4;
export const H_STRUCTURE = 8;
export const H_STRINGS = 12;
export const H_RESERVATIONS = 16;
export const H_VERSION = 20;
export const H_COMPATIBLE = 24;
export const H_BOOT_CPU = 28;
export const H_STRINGS_SIZE = 32;
export const H_STRUCTURE_SIZE = 36;

/** Tokens of the structure block (section 5.4.1). */
export const BEGIN_NODE = 1;
export const END_NODE = 2;
export const PROPERTY = 3;
export const NOP = 4;
export const END = 9;

/** Memory that nobody may use (section 5.3). */
export interface Reservation {
  readonly address: bigint;
  readonly size: bigint;
}

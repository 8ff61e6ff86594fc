// The TLB: for each MMU mode of the guest (Arch.mmu) TLB_ENTRIES entries of TLB_STRIDE bytes for data, and as many for code. Offsets from
// `cpu`, or in an entry. It is the last of a CPU's state but for the list of its entries, as its length is the guest's.
// Entry: i64 read tag, i64 write tag, i64 unused, i32 addend (host = wrap(va) + addend), i32 flags. A tag is the
// virtual page address, or one that cannot match at this index (see core/engine/softmmu/tlb.ts).
// Hit: (va ^ tag) <u 4096 - (size - 1). Entries for code have their tag in the read tag's place.
export const S_TLB = 0xd0000;
export const TLB_BITS = 12;
export const TLB_ENTRIES = 4096;
export const TLB_STRIDE = 32;
export const TLB_READ = 0;
export const TLB_WRITE = 8;
export const TLB_ADDEND = 24;
export const TLB_FLAGS = 28;
/** Of the flags, the others of which are core's own: the mapping is global. */
export const TLB_GLOBAL = 1;
/** Most modes a guest may have: what MODE_MMU_MASK has room for. */
export const MMU_MODES_MAX = 16;
/** Data and code of a mode. */
export const TLB_MODE_SIZE = 0x40000;
/** From a data entry to the tag and the addend of the entry for code of the same index and mode: code and data that share an index do
 *  not drive each other out. */
export const TLB_EXEC = 0x20000;
export const TLB_EXEC_ADDEND = 0x20018;
/** Of the list behind the TLBs (S_TLB_LIST), for each mode: each entry, for data and for code, may be in it twice. */
export const TLB_LIST_MODE_SIZE = 0x10000;

// Translations of address spaces that are not the current one (S_SPACES): for each i32 number (-1: none), i32 length, i32 S_SPACE_TURN
// when it was left, i32 whether pieces of large pages are among them, a filter of the pages they are of (bit n: those whose number folds to
// n), then copies of entries, the latest first: i64 read tag, i64 write tag, i32 offset of the entry from `cpu`, i32 addend, i32 flags.
// 128 KiB are those of 8 processes that touch 2 MiB each: coming back to more costs more than looking it up again.
export const SPACE_NUMBER = 0;
export const SPACE_LENGTH = 4;
export const SPACE_TURN = 8;
export const SPACE_LARGE = 12;
export const SPACE_PAGES = 16;
export const SPACE_PAGES_BYTES = 512;
export const SPACE_COPIES = SPACE_PAGES + SPACE_PAGES_BYTES;
export const COPY_READ = 0;
export const COPY_WRITE = 8;
export const COPY_ENTRY = 16;
export const COPY_ADDEND = 20;
export const COPY_FLAGS = 24;
export const COPY_STRIDE = 32;
export const SPACE_COPIES_MAX = 512;
export const SPACE_SIZE = SPACE_COPIES + SPACE_COPIES_MAX * COPY_STRIDE;

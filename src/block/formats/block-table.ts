// What the formats of other programs that lie in blocks begin with: a signature, a version, a size, and a table that leads to the blocks.

import type { ImageFile } from "./image-file.js";
import type { Steps } from "./steps.js";

export interface BlockTable {
  /** Of the disk. */
  readonly size: number;
  readonly blockSize: number;
  readonly leastBlock: number;
  /** Where the table is, and how many entries of how many bytes it has. */
  readonly offset: number;
  readonly entries: number;
  readonly entryBytes: number;
  readonly mostEntries: number;
  /** Entries that are no block. */
  readonly others?: number;
}

const LARGEST_BLOCK = 2 ** 28;
const LARGEST_DISK = 2 ** 51;

/** The table, once what is said of it goes together. Throws BlockError where it does not. */
export function* readBlockTable(file: ImageFile, table: BlockTable): Steps<DataView> {
  const { size, blockSize, leastBlock, offset, entries, entryBytes, mostEntries, others = 0 } = table;
  if (blockSize < leastBlock || blockSize > LARGEST_BLOCK || (blockSize & (blockSize - 1)) !== 0) {
    file.refuse(`says blocks of ${blockSize} bytes`);
  }
  if (!Number.isSafeInteger(size) || size > LARGEST_DISK || size > (entries - others) * blockSize) {
    file.refuse(`says a size of ${size} bytes and ${entries - others} blocks of ${blockSize} bytes`);
  }
  if (entries > mostEntries) file.refuse(`says ${entries} blocks, and ${mostEntries} are the most`);
  return yield* file.part("table of blocks", offset, entries * entryBytes);
}

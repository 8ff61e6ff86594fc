// A new qcow2 image.

import { BlockError } from "../../interfaces.js";
import { fromUtf8 } from "../bytes.js";
import type { Packing } from "../codec.js";
import type { ImageFile } from "../image-file.js";
import type { Steps } from "../steps.js";
import { geometry, MOST_L1 } from "./entries.js";
import { makeHeader } from "./header.js";
import { placeRefcounts, refcountBlock, refcountTable } from "./layout.js";

export interface CreateOptions {
  readonly size: number;
  readonly version?: 2 | 3;
  readonly clusterSize?: number;
  readonly refcountBits?: number;
  readonly extended?: boolean;
  readonly lazyRefcounts?: boolean;
  readonly packing?: Packing;
  readonly backing?: { readonly file: string; readonly format: string | undefined } | undefined;
}

/** Writes an empty disk into an empty file. Throws BlockError where the options do not go together. */
export function* createQcow2(file: ImageFile, options: CreateOptions): Steps<void> {
  const { size, version = 3, clusterSize = 65536, refcountBits = 16 } = options;
  const { extended = false, lazyRefcounts = false, packing = "zlib", backing } = options;
  const clusterBits = Math.log2(clusterSize);
  const refcountOrder = Math.log2(refcountBits);
  const refuse = (message: string): never => {
    throw new BlockError(message);
  };
  if (!Number.isInteger(clusterBits) || clusterBits < 9 || clusterBits > 21) {
    refuse("Cluster size must be a power of two between 512 and 2048k");
  }
  if (!Number.isInteger(refcountOrder) || refcountOrder > 6) {
    refuse("Refcount width must be a power of two and may not exceed 64 bits");
  }
  if (version === 2) {
    if (refcountBits !== 16)
      refuse(
        "Different refcount widths than 16 bits require compatibility level 1.1 or above (use version=v3 or greater)",
      );
    if (lazyRefcounts)
      refuse("Lazy refcounts only supported with compatibility level 1.1 and above (use version=v3 or greater)");
    if (packing !== "zlib")
      refuse(
        "Non-zlib compression type is only supported with compatibility level 1.1 and above (use version=v3 or greater)",
      );
    if (extended)
      refuse(
        "Extended L2 entries are only supported with compatibility level 1.1 and above (use version=v3 or greater)",
      );
  }
  if (extended && clusterSize < 16384)
    refuse("Extended L2 entries are only supported with cluster sizes of at least 16384 bytes");
  const { entries } = geometry(version, clusterBits, extended);
  const l1Size = Math.max(1, Math.ceil(size / (entries * clusterSize)));
  if (!Number.isSafeInteger(size) || l1Size > MOST_L1)
    refuse(`The image size is too large for clusters of ${clusterSize} bytes (try using a larger cluster size)`);
  const l1Clusters = Math.ceil((l1Size * 8) / clusterSize);
  const places = placeRefcounts(clusterSize, refcountBits, l1Clusters);
  const { tableClusters, blocks, end } = places;
  const l1Offset = end * clusterSize;
  const head = makeHeader({
    version,
    clusterBits,
    size,
    l1Offset,
    l1Size,
    refcountTableOffset: clusterSize,
    refcountTableClusters: tableClusters,
    refcountOrder,
    packing,
    extended,
    lazyRefcounts,
    backing: backing && { file: fromUtf8(backing.file), format: backing.format },
  });
  for (let index = 0; index < blocks; index++) {
    const block = refcountBlock(clusterSize, refcountOrder, index, end + l1Clusters);
    yield file.write((1 + tableClusters + index) * clusterSize, block);
  }
  yield file.write(clusterSize, refcountTable(clusterSize, places));
  yield file.write(l1Offset, new Uint8Array(l1Clusters * clusterSize));
  yield file.flush();
  yield file.write(0, head);
  yield file.flush();
}

// Where the parts of a new image lie: the header, the refcount table, refcount blocks, then all others.

import { viewOf } from "../bytes.js";
import { writeOffset } from "./entries.js";
import { width } from "./widths.js";

export interface RefcountPlaces {
  readonly tableClusters: number;
  readonly blocks: number;
  /** The first cluster behind them. */
  readonly end: number;
}

/** For an image of so many clusters beside the header and these. */
export function placeRefcounts(clusterSize: number, refcountBits: number, others: number): RefcountPlaces {
  const perBlock = (clusterSize * 8) / refcountBits;
  let [tableClusters, blocks] = [1, 1];
  for (;;) {
    const needed = Math.ceil((1 + tableClusters + blocks + others) / perBlock);
    const table = Math.ceil((blocks * 8) / clusterSize);
    if (needed <= blocks && table <= tableClusters) return { tableClusters, blocks, end: 1 + tableClusters + blocks };
    [blocks, tableClusters] = [Math.max(needed, blocks), Math.max(table, tableClusters)];
  }
}

/** The table that leads to the blocks. */
export function refcountTable(clusterSize: number, { tableClusters, blocks }: RefcountPlaces): Uint8Array {
  const table = new Uint8Array(tableClusters * clusterSize);
  for (let index = 0; index < blocks; index++) {
    writeOffset(viewOf(table), index * 8, (1 + tableClusters + index) * clusterSize, false);
  }
  return table;
}

/** A block of an image whose first `used` clusters have one reference each. */
export function refcountBlock(clusterSize: number, refcountOrder: number, index: number, used: number): Uint8Array {
  const perBlock = (clusterSize * 8) / 2 ** refcountOrder;
  const block = new Uint8Array(clusterSize);
  const refcounts = width(refcountOrder);
  for (let k = 0; k < perBlock && index * perBlock + k < used; k++) refcounts.set(viewOf(block), k, 1);
  return block;
}

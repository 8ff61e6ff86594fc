// A whole qcow2 image from front to back, for those who cannot go back in what they write.

import { BlockError } from "../../interfaces.js";
import { viewOf } from "../bytes.js";
import { geometry, MOST_L1, writeOffset } from "./entries.js";
import { makeHeader } from "./header.js";
import { placeRefcounts, refcountBlock, refcountTable } from "./layout.js";

const REFCOUNT_ORDER = 4;
const SECTOR = 512;

/** `data` are the numbers of the clusters that are there, in order, and `clusters` what is in them. */
export async function* streamQcow2(
  bytes: number,
  clusterBits: number,
  data: readonly number[],
  clusters: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const { clusterSize, entries } = geometry(3, clusterBits, false);
  const size = Math.ceil(bytes / SECTOR) * SECTOR;
  const l1Size = Math.max(1, Math.ceil(size / (entries * clusterSize)));
  if (l1Size > MOST_L1) throw new BlockError(`a disk of ${size} bytes is too large for a qcow2 image`);
  const l1Clusters = Math.ceil((l1Size * 8) / clusterSize);
  const tables = [...new Set(data.map((cluster) => Math.floor(cluster / entries)))];
  const places = placeRefcounts(clusterSize, 2 ** REFCOUNT_ORDER, l1Clusters + tables.length + data.length);
  const firstTable = places.end + l1Clusters;
  const firstData = firstTable + tables.length;
  yield makeHeader({
    ...{ version: 3, clusterBits, size, l1Size, refcountOrder: REFCOUNT_ORDER, packing: "zlib" },
    ...{ extended: false, lazyRefcounts: false, backing: undefined },
    l1Offset: places.end * clusterSize,
    refcountTableOffset: clusterSize,
    refcountTableClusters: places.tableClusters,
  });
  yield refcountTable(clusterSize, places);
  for (let block = 0; block < places.blocks; block++) {
    yield refcountBlock(clusterSize, REFCOUNT_ORDER, block, firstData + data.length);
  }
  const level1 = new Uint8Array(l1Clusters * clusterSize);
  for (const [k, table] of tables.entries()) {
    writeOffset(viewOf(level1), table * 8, (firstTable + k) * clusterSize, true);
  }
  yield level1;
  let next = 0;
  for (const table of tables) {
    const level2 = new Uint8Array(clusterSize);
    for (; next < data.length && Math.floor(data[next]! / entries) === table; next++) {
      writeOffset(viewOf(level2), (data[next]! % entries) * 8, (firstData + next) * clusterSize, true);
    }
    yield level2;
  }
  for await (const cluster of clusters) {
    if (cluster.length === clusterSize) yield cluster;
    else {
      const whole = new Uint8Array(clusterSize);
      whole.set(cluster);
      yield whole;
    }
  }
}

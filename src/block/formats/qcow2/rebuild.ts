// A new refcount table, behind all else in the file, out of what is referred to: the old one may be wrong anywhere.

import { BlockError } from "../../interfaces.js";
import { viewOf } from "../bytes.js";
import type { Steps } from "../steps.js";
import { writeOffset } from "./entries.js";
import type { Parts } from "./parts.js";
import { countReferences } from "./references.js";

export function* rebuild(parts: Parts, snapshots: { count: number; offset: number }): Steps<void> {
  const { file, geometry, refcounts, header } = parts;
  const { clusterSize } = geometry;
  const { perBlock, width } = refcounts;
  const { counts } = yield* countReferences(parts, snapshots, true);
  const place = counts.length;
  let [tableClusters, blocks] = [1, 1];
  for (;;) {
    const end = place + tableClusters + blocks;
    const needed = Math.ceil(end / perBlock);
    const table = Math.ceil((needed * 8) / clusterSize);
    if (needed <= blocks && table <= tableClusters) break;
    [tableClusters, blocks] = [Math.max(table, tableClusters), Math.max(needed, blocks)];
  }
  const end = place + tableClusters + blocks;
  const table = new Uint8Array(tableClusters * clusterSize);
  for (let index = 0; index < blocks; index++) {
    const bytes = new Uint8Array(clusterSize);
    const view = viewOf(bytes);
    for (let k = 0; k < perBlock; k++) {
      const cluster = index * perBlock + k;
      const count = cluster < place ? counts[cluster]! : cluster < end ? 1 : 0;
      if (count > width.most) {
        throw new BlockError(
          `${file.name} is damaged: cluster ${cluster} is referred to ${count} times, and its refcounts end at ${width.most}`,
        );
      }
      if (count > 0) width.set(view, k, count);
    }
    const offset = (place + tableClusters + index) * clusterSize;
    writeOffset(viewOf(table), index * 8, offset, false);
    yield file.write(offset, bytes);
  }
  yield file.write(place * clusterSize, table);
  yield file.flush();
  yield* header.setRefcountTable(place * clusterSize, tableClusters);
  yield file.flush();
  refcounts.adopt(place * clusterSize, table);
}

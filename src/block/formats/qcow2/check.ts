// Whether refcounts and flags are what they have to be, and making them so.

import { viewOf } from "../bytes.js";
import type { Steps } from "../steps.js";
import { readEntry, writeEntry, writeOffset } from "./entries.js";
import type { Parts } from "./parts.js";
import { rebuild } from "./rebuild.js";
import { type Counted, countReferences } from "./references.js";

export interface CheckResult {
  /** A line each, as they were found. */
  readonly lines: string[];
  corruptions: number;
  leaks: number;
  corruptionsFixed: number;
  leaksFixed: number;
  readonly allocated: number;
  readonly packed: number;
  readonly fragmented: number;
  readonly total: number;
  /** Behind the last cluster that something refers to. */
  readonly end: number;
}

/** What is to be repaired. */
export type Repair = "none" | "leaks" | "all";

export function* check(parts: Parts, snapshots: { count: number; offset: number }, repair: Repair): Steps<CheckResult> {
  const counted = yield* countReferences(parts, snapshots);
  const { clusterSize } = parts.geometry;
  let last = counted.counts.length - 1;
  while (last >= 0 && counted.counts[last] === 0) last--;
  const result: CheckResult = {
    lines: counted.errors.map((error) => `ERROR ${error}`),
    corruptions: counted.errors.length,
    leaks: 0,
    corruptionsFixed: 0,
    leaksFixed: 0,
    allocated: counted.allocated,
    packed: counted.packed,
    fragmented: counted.fragmented,
    total: Math.ceil(parts.header.size / clusterSize),
    end: (last + 1) * clusterSize,
  };
  yield* compare(parts, counted, repair, result);
  if (repair === "all" && result.corruptionsFixed > 0) yield* rebuild(parts, snapshots);
  yield* flags(parts, counted, repair, result);
  return result;
}

function* compare(parts: Parts, { counts }: Counted, repair: Repair, result: CheckResult): Steps<void> {
  const { refcounts } = parts;
  for (let cluster = 0; cluster < counts.length; cluster++) {
    const needed = counts[cluster]!;
    const found = yield* refcounts.get(cluster);
    if (found === needed) continue;
    const leak = found > needed;
    const fixed = repair === "all" || (leak && repair === "leaks");
    const kind = fixed ? "Repairing" : leak ? "Leaked" : "ERROR";
    result.lines.push(`${kind} cluster ${cluster} refcount=${found} reference=${needed}`);
    if (leak) result.leaks++;
    else result.corruptions++;
    if (!fixed) continue;
    if (leak) {
      yield* refcounts.lower(cluster, needed);
      result.leaksFixed++;
    } else result.corruptionsFixed++;
  }
}

/** A flag says that a refcount is 1: in the L1 table and the L2 tables of the disk as it is now. */
function* flags(parts: Parts, { counts }: Counted, repair: Repair, result: CheckResult): Steps<void> {
  const { level1, geometry, refcounts, file } = parts;
  const { clusterSize } = geometry;
  const wrong = function* (what: string, offset: number, copied: boolean): Steps<boolean> {
    const cluster = offset / clusterSize;
    if (!Number.isInteger(cluster) || cluster >= counts.length) return false;
    const count = yield* refcounts.get(cluster);
    if ((count === 1) === copied) return false;
    result.lines.push(
      `${repair === "all" ? "Repairing" : "ERROR"} OFLAG_COPIED ${what}: cluster ${cluster} refcount=${count}`,
    );
    result.corruptions++;
    if (repair === "all") result.corruptionsFixed++;
    return repair === "all";
  };
  const l1 = level1.longer(level1.size);
  for (let index = 0; index < level1.size; index++) {
    let offset: number;
    let copied: boolean;
    try {
      ({ offset, copied } = level1.at(index));
    } catch {
      continue;
    }
    if (offset === 0 || offset + clusterSize > file.size + clusterSize) continue;
    if (yield* wrong("L2 cluster", offset, copied)) {
      writeOffset(viewOf(l1), index * 8, offset, !copied);
      yield file.write(level1.offset + index * 8, l1.subarray(index * 8, index * 8 + 8));
      level1.replace(level1.offset, l1);
    }
    const bytes = new Uint8Array(clusterSize);
    yield file.read(offset, bytes);
    const view = viewOf(bytes);
    let changed = false;
    for (let k = 0; k < geometry.entries; k++) {
      try {
        const entry = readEntry(geometry, view, k, file.name);
        if (entry.packed || entry.host === 0) continue;
        if (!(yield* wrong("data cluster", entry.host, entry.copied))) continue;
        writeEntry(geometry, view, k, { ...entry, copied: !entry.copied });
        changed = true;
      } catch {
        // It was counted with the references.
      }
    }
    if (!changed) continue;
    yield file.write(offset, bytes);
    level1.tables.drop(offset);
  }
}

// Another size of the disk.

import { BlockError } from "../../interfaces.js";
import type { Steps } from "../steps.js";
import type { Commit } from "./commit.js";
import type { Parts } from "./parts.js";
import type { Zeroes } from "./zero.js";

const MOST_L1_BYTES = 32 << 20;

export function* resize(parts: Parts, commit: Commit, zeroes: Zeroes, size: number, snapshots: number): Steps<void> {
  const { header, file, backing } = parts;
  const before = header.size;
  if (snapshots > 0) throw new BlockError(`${file.name} has internal snapshots, and its size cannot be changed`);
  if (size < before) {
    yield* shrink(parts, commit, zeroes, before, size);
    return;
  }
  yield* lengthen(parts, commit, size);
  yield* header.setSize(size);
  // Neither what the backing file has there nor what was in the last cluster behind the old end is part of the disk.
  const { clusterSize } = parts.geometry;
  const end = Math.max(backing?.size ?? 0, Math.ceil(before / clusterSize) * clusterSize);
  const stale = Math.min(end, size) - before;
  if (stale > 0) yield* zeroes.write(before, stale, true);
  yield* commit.run();
}

/** An L1 table for so many bytes: a new one takes the place of the old one at once. */
function* lengthen({ geometry, level1, refcounts, file, header }: Parts, commit: Commit, size: number): Steps<void> {
  const { clusterSize, entries } = geometry;
  const needed = Math.ceil(size / (entries * clusterSize));
  if (needed <= level1.size) return;
  if (needed * 8 > MOST_L1_BYTES) {
    throw new BlockError(`${file.name} cannot have ${size} bytes: its L1 table would have ${needed} entries`);
  }
  yield* commit.begin();
  const clusters = Math.ceil((needed * 8) / clusterSize);
  const first = yield* refcounts.allocate(clusters);
  yield* commit.run(true);
  const bytes = level1.longer(needed);
  yield file.write(first * clusterSize, bytes);
  yield file.flush();
  yield* header.setLevel1(first * clusterSize, needed);
  yield file.flush();
  refcounts.leave(level1.offset / clusterSize, Math.max(1, Math.ceil((level1.size * 8) / clusterSize)));
  level1.replace(first * clusterSize, bytes);
}

function* shrink(parts: Parts, commit: Commit, zeroes: Zeroes, before: number, size: number): Steps<void> {
  const { geometry, level1, header, refcounts } = parts;
  const { clusterSize, entries } = geometry;
  yield* header.setSize(size);
  const end = Math.ceil(before / clusterSize);
  for (let cluster = Math.ceil(size / clusterSize); cluster < end; ) {
    const index = Math.floor(cluster / entries);
    if (level1.at(index).offset === 0) cluster = (index + 1) * entries;
    else yield* zeroes.forget(cluster++);
  }
  for (let index = Math.ceil(size / (entries * clusterSize)); index < level1.size; index++) {
    const { offset } = level1.at(index);
    if (offset === 0) continue;
    yield* commit.begin();
    level1.clear(index);
    level1.tables.drop(offset);
    refcounts.leave(offset / clusterSize);
  }
  yield* commit.run();
}

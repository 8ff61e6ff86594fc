// Who refers to which cluster of the file: every reference of an image is walked, and counted. It is what refcounts have to be.

import { allocate } from "../../allocate.js";
import { BlockError } from "../../interfaces.js";
import { viewOf } from "../bytes.js";
import { hex, type ImageFile } from "../image-file.js";
import type { Steps } from "../steps.js";
import { type Geometry, readEntry, readOffset } from "./entries.js";
import type { Parts } from "./parts.js";
import { listSnapshots } from "./snapshots.js";

/** Clusters of a file that can be counted. */
const MOST = 2 ** 29;

export interface Counted {
  readonly counts: Uint32Array;
  /** Sentences on what cannot be right. */
  readonly errors: string[];
  /** Of the disk: clusters that have a place in the file, of these packed ones, and those not behind their neighbour. */
  readonly allocated: number;
  readonly packed: number;
  readonly fragmented: number;
}

interface Snapshots {
  readonly count: number;
  readonly offset: number;
}

/** `bare`: without the refcount table and its blocks. */
export function* countReferences(parts: Parts, snapshots: Snapshots, bare = false): Steps<Counted> {
  const walk = new Walk(parts.file, parts.geometry);
  const { level1, refcounts, geometry } = parts;
  walk.mark("header", 0, geometry.clusterSize);
  walk.mark("L1 table", level1.offset, level1.size * 8);
  if (!bare) {
    walk.mark("refcount table", refcounts.offset, refcounts.clusters * geometry.clusterSize);
    for (const offset of refcounts.blockOffsets()) walk.mark("refcount block", offset, geometry.clusterSize, true);
  }
  yield* walk.level1(level1.longer(level1.size), true);
  const { allocated, packed, fragmented } = walk;
  if (snapshots.count > 0) {
    const { list, length } = yield* listSnapshots(parts.file, snapshots.offset, snapshots.count);
    walk.mark("snapshot table", snapshots.offset, length);
    for (const { id, l1Offset, l1Size } of list) {
      parts.file.needs(`L1 table of snapshot ${id}`, l1Offset, l1Size * 8);
      walk.mark("L1 table of a snapshot", l1Offset, l1Size * 8);
      const bytes = new Uint8Array(l1Size * 8);
      yield parts.file.read(l1Offset, bytes);
      yield* walk.level1(bytes, false);
    }
  }
  return { counts: walk.counts, errors: walk.errors, allocated, packed, fragmented };
}

class Walk {
  readonly counts: Uint32Array;
  readonly errors: string[] = [];
  allocated = 0;
  packed = 0;
  fragmented = 0;
  private next = 0;

  constructor(
    private readonly file: ImageFile,
    private readonly geometry: Geometry,
  ) {
    const clusters = Math.ceil(file.size / geometry.clusterSize) + 1;
    if (clusters > MOST)
      throw new BlockError(`${file.name} has ${clusters} clusters, and up to ${MOST} can be counted`);
    const bytes = allocate(clusters * 4);
    this.counts = new Uint32Array(bytes.buffer);
  }

  mark(what: string, offset: number, length: number, whole = false): void {
    const { clusterSize } = this.geometry;
    if (!Number.isSafeInteger(offset) || offset + length > this.file.size + clusterSize) {
      this.errors.push(`${what} at ${hex(offset)} is behind the end of the file (${this.file.size} bytes)`);
      return;
    }
    if (whole && offset % clusterSize !== 0) {
      this.errors.push(`${what} at ${hex(offset)} is not the start of a cluster`);
      return;
    }
    const last = Math.floor((offset + Math.max(1, length) - 1) / clusterSize);
    for (let cluster = Math.floor(offset / clusterSize); cluster <= last; cluster++) this.counts[cluster]!++;
  }

  *level1(bytes: Uint8Array, counted: boolean): Steps<void> {
    const view = viewOf(bytes);
    const { clusterSize } = this.geometry;
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
      const { offset } = readOffset(view, at);
      if (offset === 0) continue;
      const before = this.errors.length;
      this.mark("L2 table", offset, clusterSize, true);
      if (this.errors.length > before) continue;
      const table = new Uint8Array(clusterSize);
      yield this.file.read(offset, table);
      this.level2(table, offset, counted);
    }
  }

  private level2(table: Uint8Array, at: number, counted: boolean): void {
    const view = viewOf(table);
    const { clusterSize, entries } = this.geometry;
    for (let index = 0; index < entries; index++) {
      try {
        const entry = readEntry(this.geometry, view, index, this.file.name);
        if (entry.packed) this.mark("packed cluster", entry.packed.offset, entry.packed.length);
        else if (entry.host !== 0) this.mark("data cluster", entry.host, clusterSize, true);
        else continue;
        if (!counted) continue;
        this.allocated++;
        if (entry.packed) this.packed++;
        if (this.next !== 0 && !entry.packed && entry.host !== this.next) this.fragmented++;
        this.next = entry.packed ? 0 : entry.host + clusterSize;
      } catch (error) {
        if (!(error instanceof BlockError)) throw error;
        this.errors.push(`${error.message} (entry ${index} of the table at ${hex(at)})`);
      }
    }
  }
}

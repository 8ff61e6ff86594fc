// Writing: in place where a cluster is this disk's alone, else into a new one, which gets what the old one had around it. Data is in the
// file before anything refers to it; when what refers to it is written, commit.ts says.

import type { Steps } from "../steps.js";
import { runNow } from "../steps.js";
import type { Commit } from "./commit.js";
import { allOf, type Entry, type Geometry, writeEntry } from "./entries.js";
import type { Parts } from "./parts.js";
import type { Table } from "./tables.js";

export class Writer {
  /** Where the next packed cluster may go: behind the last one. */
  private packedEnd = 0;

  constructor(
    private readonly parts: Parts,
    private readonly commit: Commit,
  ) {}

  *write(offset: number, from: Uint8Array): Steps<void> {
    const { clusterSize } = this.parts.geometry;
    for (let at = 0; at < from.length; ) {
      const within = (offset + at) % clusterSize;
      const length = Math.min(clusterSize - within, from.length - at);
      yield* this.commit.makeRoom();
      yield* this.cluster((offset + at - within) / clusterSize, within, from.subarray(at, at + length));
      at += length;
    }
  }

  /** A cluster of the file may have something else in it from now on. */
  freed(offset: number): void {
    const { clusterSize } = this.parts.geometry;
    if (offset === this.packedEnd - (this.packedEnd % clusterSize)) this.packedEnd = 0;
  }

  /** Makes a packed cluster of one that there is nothing of yet. */
  *writePacked(cluster: number, packed: Uint8Array): Steps<void> {
    yield* this.commit.makeRoom();
    yield* this.commit.begin();
    const offset = yield* this.packedPlace(packed.length);
    yield this.parts.file.write(offset, packed);
    const all = allOf(this.parts.geometry);
    yield* this.update(cluster, {
      host: 0,
      copied: false,
      packed: { offset, length: packed.length },
      here: all,
      zero: 0,
    });
  }

  /** Changes what a cluster is; what it was is let go of where `entry` does not have it. */
  *replace(cluster: number, old: Entry, entry: Entry): Steps<void> {
    yield* this.commit.begin();
    yield* this.update(cluster, entry);
    this.letGo(old, entry);
  }

  private *cluster(cluster: number, within: number, piece: Uint8Array): Steps<void> {
    const { file, geometry, level1 } = this.parts;
    const entry = yield* level1.entry(cluster);
    const touched = maskOf(geometry, within, within + piece.length);
    if (entry.host !== 0 && entry.copied) {
      if ((touched & ~entry.here) === 0) {
        yield file.write(entry.host + within, piece);
        return;
      }
      const { start, bytes } = yield* this.around(entry, cluster, within, piece);
      yield* this.commit.begin();
      yield file.write(entry.host + start, bytes);
      yield* this.update(cluster, { ...entry, here: entry.here | touched, zero: entry.zero & ~touched });
      return;
    }
    // What else of the cluster is in the file goes along into the new one.
    const keeps = geometry.subclusters === 1 || (entry.here & ~touched) !== 0;
    const { start, bytes } = keeps
      ? yield* this.around(entry, cluster, within, piece, true)
      : yield* this.around(entry, cluster, within, piece);
    yield* this.commit.begin();
    const first = yield* this.parts.refcounts.allocate();
    let used = false;
    try {
      const host = first * geometry.clusterSize;
      yield file.write(host + start, bytes);
      const here = keeps ? allOf(geometry) : touched;
      yield* this.update(cluster, {
        host,
        copied: true,
        packed: undefined,
        here,
        zero: keeps ? 0 : entry.zero & ~touched,
      });
      used = true;
    } finally {
      // Its refcount was just changed, so the block is here.
      if (!used) runNow(this.parts.refcounts.giveBack(first));
    }
    this.letGo(entry, undefined);
  }

  /** The subclusters that a piece lies in, or the whole cluster, as they are with the piece. */
  private *around(
    entry: Entry,
    cluster: number,
    within: number,
    piece: Uint8Array,
    whole = false,
  ): Steps<{ start: number; bytes: Uint8Array }> {
    const unit = whole ? this.parts.geometry.clusterSize : this.parts.geometry.subclusterSize;
    const start = within - (within % unit);
    const end = Math.ceil((within + piece.length) / unit) * unit;
    if (start === within && end === within + piece.length) return { start, bytes: piece };
    const bytes = new Uint8Array(end - start);
    yield* this.parts.reader.range(entry, cluster, start, bytes);
    bytes.set(piece, within - start);
    return { start, bytes };
  }

  private letGo(old: Entry, entry: Entry | undefined): void {
    const { refcounts, geometry } = this.parts;
    const { clusterSize } = geometry;
    if (old.packed) {
      const first = Math.floor(old.packed.offset / clusterSize);
      const last = Math.floor((old.packed.offset + old.packed.length - 1) / clusterSize);
      refcounts.leave(first, last - first + 1);
    } else if (old.host !== 0 && old.host !== entry?.host) refcounts.leave(old.host / clusterSize);
  }

  private *update(cluster: number, entry: Entry): Steps<void> {
    const { geometry, level1 } = this.parts;
    const table = yield* this.ownTable(Math.floor(cluster / geometry.entries));
    const index = cluster % geometry.entries;
    writeEntry(geometry, table.view, index, entry);
    level1.tables.change(table, index * geometry.entrySize, (index + 1) * geometry.entrySize);
  }

  /** The L2 table of an entry of L1, made or copied where it is not there or is shared with a snapshot. */
  private *ownTable(index: number): Steps<Table> {
    const { geometry, level1, refcounts } = this.parts;
    const { offset, copied } = level1.at(index);
    if (offset !== 0 && copied) return yield* level1.tables.load(offset);
    const bytes = new Uint8Array(geometry.clusterSize);
    if (offset !== 0) bytes.set((yield* level1.tables.load(offset)).bytes);
    const first = yield* refcounts.allocate();
    const table = level1.tables.add(first * geometry.clusterSize, bytes);
    level1.set(index, table.offset);
    if (offset !== 0) refcounts.leave(offset / geometry.clusterSize);
    return table;
  }

  /** A place for so many bytes; several packed clusters share a cluster of the file. */
  private *packedPlace(length: number): Steps<number> {
    const { refcounts, geometry } = this.parts;
    const { clusterSize } = geometry;
    const last = Math.floor(this.packedEnd / clusterSize);
    const room = (clusterSize - (this.packedEnd % clusterSize)) % clusterSize;
    const shares = room > 0 && (yield* refcounts.get(last)) < refcounts.width.most;
    if (shares && length <= room) {
      yield* refcounts.add(last, 1);
      this.packedEnd += length;
      return this.packedEnd - length;
    }
    const next = yield* refcounts.allocate();
    const behind = shares && next === last + 1;
    if (behind) yield* refcounts.add(last, 1);
    const offset = behind ? this.packedEnd : next * clusterSize;
    this.packedEnd = offset + length;
    return offset;
  }
}

/** The subclusters that have bytes of [start, end) of a cluster. */
export function maskOf({ subclusters, subclusterSize }: Geometry, start: number, end: number): number {
  return bits(subclusters, Math.floor(start / subclusterSize), Math.ceil(end / subclusterSize));
}

/** Bits `from` up to `to`, exclusive. */
export function bits(subclusters: number, from: number, to: number): number {
  if (to <= from) return 0;
  if (subclusters === 1) return 1;
  return ((to >= 32 ? 2 ** 32 : 2 ** to) - 2 ** from) >>> 0;
}

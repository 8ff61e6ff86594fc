// Zeros and discarding: clusters that read as zeros need no room in the file.

import type { Steps } from "../steps.js";
import type { Commit } from "./commit.js";
import { allOf, type Entry, NOTHING } from "./entries.js";
import type { Parts } from "./parts.js";
import { bits, type Writer } from "./write.js";

interface Piece {
  readonly cluster: number;
  readonly within: number;
  readonly length: number;
  /** To the end of the cluster, or of the disk. */
  readonly last: boolean;
}

export class Zeroes {
  constructor(
    private readonly parts: Parts,
    private readonly commit: Commit,
    private readonly writer: Writer,
  ) {}

  /** The bytes are zeros afterwards; `unmap`: their clusters are let go of. */
  *write(offset: number, length: number, unmap: boolean): Steps<void> {
    for (const piece of this.pieces(offset, length)) {
      yield* this.commit.makeRoom();
      yield* this.zero(piece, unmap);
    }
  }

  /** Lets go of whole clusters. They are zeros afterwards, where the format can say that. */
  *discard(offset: number, length: number): Steps<void> {
    const { geometry, level1 } = this.parts;
    for (const { cluster, within, last } of this.pieces(offset, length)) {
      if (within !== 0 || !last) continue;
      yield* this.commit.makeRoom();
      const entry = yield* level1.entry(cluster);
      const below = this.isBelow(cluster);
      const empty = entry.host === 0 && !entry.packed;
      if (empty && (!below || geometry.version === 2 || entry.zero === allOf(geometry))) continue;
      if (below && geometry.version === 2) continue;
      yield* this.writer.replace(cluster, entry, below ? this.zeros() : NOTHING);
    }
  }

  /** Forgets the cluster, whatever is below; for those behind a new end of the disk. */
  *forget(cluster: number): Steps<void> {
    yield* this.commit.makeRoom();
    const entry = yield* this.parts.level1.entry(cluster);
    if (entry.host !== 0 || entry.packed || entry.zero !== 0) yield* this.writer.replace(cluster, entry, NOTHING);
  }

  private *zero({ cluster, within, length, last }: Piece, unmap: boolean): Steps<void> {
    const { geometry, level1 } = this.parts;
    const { subclusterSize, subclusters } = geometry;
    const entry = yield* level1.entry(cluster);
    const below = this.isBelow(cluster);
    if (entry.host === 0 && !entry.packed && (entry.zero === allOf(geometry) || !below)) return;
    const end = within + length;
    const from = Math.ceil(within / subclusterSize);
    const to = last ? subclusters : Math.floor(end / subclusterSize);
    const mask = bits(subclusters, from, to);
    const whole = mask === allOf(geometry);
    const can = geometry.version === 3 ? !entry.packed || whole : whole && !below;
    if (mask === 0 || !can) {
      yield* this.data(cluster, entry, within, end);
      return;
    }
    yield* this.data(cluster, entry, within, Math.min(end, from * subclusterSize));
    if (!last) yield* this.data(cluster, entry, Math.max(within, to * subclusterSize), end);
    const now = yield* level1.entry(cluster);
    if (geometry.version === 2) return yield* this.writer.replace(cluster, now, NOTHING);
    const here = now.packed ? 0 : now.here & ~mask;
    const keeps = now.host !== 0 && now.copied && (here !== 0 || !unmap);
    const shared = now.host !== 0 && !now.copied && here !== 0;
    const host = keeps || shared ? now.host : 0;
    const zero = (now.zero | mask) >>> 0;
    if (host === now.host && !now.packed && here === now.here && zero === now.zero) return;
    yield* this.writer.replace(cluster, now, { host, copied: keeps, packed: undefined, here, zero });
  }

  /** Zeros as data, where it is not zeros anyway. */
  private *data(cluster: number, entry: Entry, start: number, end: number): Steps<void> {
    const { subclusterSize, clusterSize } = this.parts.geometry;
    for (let at = start; at < end; ) {
      const bit = Math.floor(at / subclusterSize);
      const stop = Math.min(end, (bit + 1) * subclusterSize);
      const nothing = (entry.here & (1 << bit)) === 0 && !entry.packed;
      if (!nothing || ((entry.zero & (1 << bit)) === 0 && this.isBelow(cluster))) {
        yield* this.writer.write(cluster * clusterSize + at, new Uint8Array(stop - at));
      }
      at = stop;
    }
  }

  private zeros(): Entry {
    return { ...NOTHING, zero: allOf(this.parts.geometry) };
  }

  /** The backing file has something there. */
  private isBelow(cluster: number): boolean {
    const { backing, geometry } = this.parts;
    return backing !== undefined && cluster * geometry.clusterSize < backing.size;
  }

  /** A range, cluster by cluster; where there is no L2 table and nothing below, there is nothing to do. */
  private *pieces(offset: number, length: number): Generator<Piece> {
    const { geometry, level1, header } = this.parts;
    const { clusterSize, entries } = geometry;
    const end = offset + length;
    for (let at = offset; at < end; ) {
      const within = at % clusterSize;
      const cluster = (at - within) / clusterSize;
      if (!this.isBelow(cluster) && level1.at(Math.floor(cluster / entries)).offset === 0) {
        at = (Math.floor(cluster / entries) + 1) * entries * clusterSize;
        continue;
      }
      const stop = Math.min(end, at - within + clusterSize);
      const last = stop === at - within + clusterSize || stop === header.size;
      yield { cluster, within, length: stop - at, last };
      at = stop;
    }
  }
}

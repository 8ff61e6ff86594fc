// Copy-on-write: the image below is never written, what is written is kept in clusters, in memory (-snapshot, -drive snapshot=on) or
// in files (layers/). Each sector is either there or still below, so a write of whole sectors (all that disks do) never has to read
// first and completes at once.

import { CLUSTER, type Clusters, MemoryClusters, SECTOR, ZEROS } from "./clusters.js";
import { type BlockBackend, BlockError } from "./interfaces.js";
import { checkRange } from "./range.js";

/** A part of a request that lies wholly here or wholly below. `at` is its place in the request. */
interface Run {
  readonly at: number;
  readonly offset: number;
  readonly length: number;
  readonly here: boolean;
}

export class Overlay<C extends Clusters = Clusters> implements BlockBackend {
  readonly readOnly = false;
  protected length: number;

  constructor(
    private readonly base: BlockBackend,
    readonly clusters: C,
  ) {
    this.length = base.size;
  }

  get size(): number {
    return this.length;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    const below: Promise<void>[] = [];
    for (const run of this.runs(offset, into.length)) {
      const part = into.subarray(run.at, run.at + run.length);
      if (run.here) this.take(run.offset, part);
      else {
        const inside = this.clip(run.offset, part);
        if (inside.length > 0) below.push(this.base.read(run.offset, inside));
      }
    }
    await Promise.all(below);
  }

  readSync(offset: number, into: Uint8Array): boolean {
    for (const run of this.runs(offset, into.length)) {
      const part = into.subarray(run.at, run.at + run.length);
      if (run.here) this.take(run.offset, part);
      else {
        const inside = this.clip(run.offset, part);
        if (inside.length > 0 && this.base.readSync?.(run.offset, inside) !== true) return false;
      }
    }
    return true;
  }

  async write(offset: number, from: Uint8Array): Promise<void> {
    checkRange("Write", this.size, offset, from.length);
    for (const start of this.partialSectors(offset, from.length)) await this.fetch(start);
    this.store(offset, from);
  }

  writeSync(offset: number, from: Uint8Array): boolean {
    checkRange("Write", this.size, offset, from.length);
    if (this.partialSectors(offset, from.length).length > 0) return false;
    this.store(offset, from);
    return true;
  }

  async writeZeroes(offset: number, length: number): Promise<void> {
    checkRange("Write", this.size, offset, length);
    const end = offset + length;
    for (let start = offset; start < end; ) {
      const stop = Math.min(end, (Math.floor(start / CLUSTER) + 1) * CLUSTER);
      const whole = start % CLUSTER === 0 && (stop - start === CLUSTER || stop === this.size);
      if (whole && this.clusters.zero) this.clusters.zero(start / CLUSTER);
      else await this.write(start, ZEROS.subarray(0, stop - start));
      start = stop;
    }
  }

  discard(offset: number, length: number): Promise<void> {
    return this.writeZeroes(offset, length);
  }

  async flush(): Promise<void> {
    await this.clusters.flush();
  }

  flushSync(): boolean {
    if (this.clusters.later) return false;
    this.clusters.flush();
    return true;
  }

  close(): Promise<void> {
    this.clusters.close();
    return this.base.close();
  }

  private runs(offset: number, length: number): Run[] {
    checkRange("Read", this.size, offset, length);
    const runs: Run[] = [];
    const end = offset + length;
    let start = offset;
    while (start < end) {
      const present = this.clusters.present(Math.floor(start / CLUSTER));
      let stop = start;
      if (present === undefined) {
        do stop = (Math.floor(stop / CLUSTER) + 1) * CLUSTER;
        while (stop < end && this.clusters.present(stop / CLUSTER) === undefined);
        stop = Math.min(stop, end);
        runs.push({ at: start - offset, offset: start, length: stop - start, here: false });
      } else {
        const base = start - (start % CLUSTER);
        const here = present[(start - base) >> 9];
        const limit = Math.min(end, base + CLUSTER);
        do stop = base + (((stop - base) >> 9) + 1) * SECTOR;
        while (stop < limit && present[(stop - base) >> 9] === here);
        stop = Math.min(stop, limit);
        runs.push({ at: start - offset, offset: start, length: stop - start, here: here === 1 });
      }
      start = stop;
    }
    return runs;
  }

  /** Starts of the sectors a write covers only in part and that are still below. */
  private partialSectors(offset: number, length: number): number[] {
    const end = offset + length;
    const starts: number[] = [];
    const first = offset - (offset % SECTOR);
    const last = end - (end % SECTOR);
    if (length > 0 && (first !== offset || end < Math.min(first + SECTOR, this.size))) starts.push(first);
    if (length > 0 && last !== end && end < this.size && last !== first) starts.push(last);
    return starts.filter((start) => !this.isPresent(start));
  }

  private isPresent(offset: number): boolean {
    return this.clusters.present(Math.floor(offset / CLUSTER))?.[(offset % CLUSTER) >> 9] === 1;
  }

  /** Brings one sector here from below. */
  private async fetch(start: number): Promise<void> {
    const sector = new Uint8Array(Math.min(SECTOR, this.size - start));
    const inside = this.clip(start, sector);
    if (inside.length > 0) await this.base.read(start, inside);
    // Another write may have brought it here meanwhile, with newer bytes.
    if (!this.isPresent(start)) this.store(start, sector);
  }

  /** What of a part is below; the rest is made zeros. */
  private clip(offset: number, into: Uint8Array): Uint8Array {
    const inside = Math.max(0, Math.min(into.length, this.base.size - offset));
    into.fill(0, inside);
    return into.subarray(0, inside);
  }

  /** A run that is here lies in one cluster. */
  private take(offset: number, into: Uint8Array): void {
    this.clusters.read(Math.floor(offset / CLUSTER), offset % CLUSTER, into);
  }

  private store(offset: number, from: Uint8Array): void {
    const end = offset + from.length;
    for (let start = offset; start < end; ) {
      const index = Math.floor(start / CLUSTER);
      const stop = Math.min(end, (index + 1) * CLUSTER);
      this.clusters.write(index, start - index * CLUSTER, from.subarray(start - offset, stop - offset));
      start = stop;
    }
  }
}

/** What is written is gone with the machine. */
export class MemoryOverlay extends Overlay<MemoryClusters> {
  constructor(base: BlockBackend) {
    super(base, new MemoryClusters());
  }

  /** Behind the end of what is below there are zeros. */
  grow(size: number): void {
    this.length = Math.max(this.length, size);
  }

  async resize(size: number): Promise<void> {
    if (size < this.length) {
      throw new BlockError(`A disk of ${this.length} bytes whose writes are in memory does not become smaller`);
    }
    this.grow(size);
  }
}

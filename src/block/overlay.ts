// Copy-on-write in memory (-snapshot, -drive snapshot=on): the image below is never written. Memory is taken in clusters
// of 64 KiB; within a cluster each 512-byte sector is either here or still below, so a write of whole sectors (all that
// disks do) never has to read first and completes at once.

import { allocate } from "./allocate.js";
import { type BlockBackend, BlockError } from "./interfaces.js";
import { checkRange } from "./range.js";

const SECTOR = 512;
const CLUSTER = 65536;
const SECTORS = CLUSTER / SECTOR;
/** What all clusters of zeros are, until something is written to them. */
const ZEROS: Uint8Array = new Uint8Array(CLUSTER);

/** What an overlay keeps of 64 KiB. */
export interface SavedCluster {
  readonly index: number;
  /** CLUSTER bytes, and a byte for each sector: 1 when it is here. */
  readonly data: Uint8Array;
  readonly present: Uint8Array;
}

interface Cluster {
  data: Uint8Array;
  /** One byte per sector: 1 when the sector is here. */
  readonly present: Uint8Array;
}

/** A part of a request that lies wholly here or wholly below. `at` is its place in the request. */
interface Run {
  readonly at: number;
  readonly offset: number;
  readonly length: number;
  readonly data: Uint8Array | undefined;
}

export class Overlay implements BlockBackend {
  readonly readOnly = false;
  private readonly clusters = new Map<number, Cluster>();

  private length: number;

  constructor(private readonly base: BlockBackend) {
    this.length = base.size;
  }

  get size(): number {
    return this.length;
  }

  /** Behind the end of what is below there are zeros. */
  grow(size: number): void {
    this.length = Math.max(this.length, size);
  }

  /** Bytes of memory taken by clusters. */
  get allocated(): number {
    let count = 0;
    for (const { data } of this.clusters.values()) if (data !== ZEROS) count++;
    return count * CLUSTER;
  }

  async resize(size: number): Promise<void> {
    if (size < this.length) {
      throw new BlockError(`A disk of ${this.length} bytes whose writes are in memory does not become smaller`);
    }
    this.grow(size);
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    const below: Promise<void>[] = [];
    for (const run of this.runs(offset, into.length)) {
      const part = into.subarray(run.at, run.at + run.length);
      if (run.data !== undefined) part.set(run.data);
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
      if (run.data !== undefined) part.set(run.data);
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
      if (whole) this.clusters.set(start / CLUSTER, { data: ZEROS, present: new Uint8Array(SECTORS).fill(1) });
      else await this.write(start, ZEROS.subarray(0, stop - start));
      start = stop;
    }
  }

  discard(offset: number, length: number): Promise<void> {
    return this.writeZeroes(offset, length);
  }

  async flush(): Promise<void> {}

  flushSync(): boolean {
    return true;
  }

  /** What was written. */
  clustersHere(): SavedCluster[] {
    return [...this.clusters]
      .map(([index, { data, present }]) => ({ index, data: data.slice(), present: present.slice() }))
      .sort((a, b) => a.index - b.index);
  }

  /** Replaces what was written. Throws a RangeError where a cluster is none of this disk's. */
  replace(clusters: readonly SavedCluster[]): void {
    const places = new Set(clusters.map(({ index }) => index));
    if (places.size !== clusters.length) throw new RangeError("a cluster is there twice");
    for (const { index, data, present } of clusters) {
      if (index * CLUSTER >= this.size || data.length !== CLUSTER || present.length !== SECTORS) {
        throw new RangeError(`cluster ${index} is none of this disk of ${this.size} bytes`);
      }
    }
    this.clusters.clear();
    for (const { index, data, present } of clusters) {
      const copy = allocate(CLUSTER);
      copy.set(data);
      this.clusters.set(index, { data: copy, present: present.slice() });
    }
  }

  close(): Promise<void> {
    this.clusters.clear();
    return this.base.close();
  }

  private runs(offset: number, length: number): Run[] {
    checkRange("Read", this.size, offset, length);
    const runs: Run[] = [];
    const end = offset + length;
    let start = offset;
    while (start < end) {
      const cluster = this.clusters.get(Math.floor(start / CLUSTER));
      let stop = start;
      if (cluster === undefined) {
        do stop = (Math.floor(stop / CLUSTER) + 1) * CLUSTER;
        while (stop < end && !this.clusters.has(stop / CLUSTER));
        stop = Math.min(stop, end);
        runs.push({ at: start - offset, offset: start, length: stop - start, data: undefined });
      } else {
        const base = start - (start % CLUSTER);
        const here = cluster.present[(start - base) >> 9];
        const limit = Math.min(end, base + CLUSTER);
        do stop = base + (((stop - base) >> 9) + 1) * SECTOR;
        while (stop < limit && cluster.present[(stop - base) >> 9] === here);
        stop = Math.min(stop, limit);
        const data = here === 1 ? cluster.data.subarray(start - base, stop - base) : undefined;
        runs.push({ at: start - offset, offset: start, length: stop - start, data });
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
    return this.clusters.get(Math.floor(offset / CLUSTER))?.present[(offset % CLUSTER) >> 9] === 1;
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

  private store(offset: number, from: Uint8Array): void {
    const end = offset + from.length;
    for (let start = offset; start < end; ) {
      const index = Math.floor(start / CLUSTER);
      const base = index * CLUSTER;
      const stop = Math.min(end, base + CLUSTER);
      let cluster = this.clusters.get(index);
      if (cluster === undefined) {
        cluster = { data: allocate(CLUSTER), present: new Uint8Array(SECTORS) };
        this.clusters.set(index, cluster);
      }
      if (cluster.data === ZEROS) cluster.data = allocate(CLUSTER);
      cluster.data.set(from.subarray(start - offset, stop - offset), start - base);
      cluster.present.fill(1, (start - base) >> 9, (stop - base + SECTOR - 1) >> 9);
      start = stop;
    }
  }
}

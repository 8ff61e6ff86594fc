// Where an overlay keeps what was written: clusters of 64 KiB, in each of which every sector is here or not.

import { allocate } from "./allocate.js";

export const SECTOR = 512;
export const CLUSTER = 65536;
export const SECTORS = CLUSTER / SECTOR;
/** What all clusters of zeros in memory are, until something is written to them. */
export const ZEROS: Uint8Array = new Uint8Array(CLUSTER);

export interface Clusters {
  /** A byte for each sector of a cluster: 1 when it is here. Undefined: none is. */
  present(index: number): Uint8Array | undefined;
  /** Fills `into` with sectors that are here, from byte `at` of the cluster. */
  read(index: number, at: number, into: Uint8Array): void;
  /** Puts `from` at byte `at` of the cluster: whole sectors, or up to the disk's end. Throws BlockError when there is no room. */
  write(index: number, at: number, from: Uint8Array): void;
  /** Makes a whole cluster zeros, where that costs less than writing them. */
  zero?(index: number): void;
  /** Everything written is on stable storage afterwards, or when the promise is kept; throws BlockError when that failed. */
  flush(): void | Promise<void>;
  /** flush() gives promises. */
  readonly later?: boolean;
  close(): void;
}

interface Cluster {
  data: Uint8Array;
  readonly present: Uint8Array;
}

/** What is kept of a cluster. */
export interface SavedCluster {
  readonly index: number;
  /** CLUSTER bytes, and a byte for each sector: 1 when it is here. */
  readonly data: Uint8Array;
  readonly present: Uint8Array;
}

/** Those that are gone with the machine. */
export class MemoryClusters implements Clusters {
  private readonly map = new Map<number, Cluster>();

  present(index: number): Uint8Array | undefined {
    return this.map.get(index)?.present;
  }

  read(index: number, at: number, into: Uint8Array): void {
    into.set(this.map.get(index)!.data.subarray(at, at + into.length));
  }

  write(index: number, at: number, from: Uint8Array): void {
    let cluster = this.map.get(index);
    if (cluster === undefined) {
      cluster = { data: allocate(CLUSTER), present: new Uint8Array(SECTORS) };
      this.map.set(index, cluster);
    }
    if (cluster.data === ZEROS) cluster.data = allocate(CLUSTER);
    cluster.data.set(from, at);
    markPresent(cluster.present, at, from.length);
  }

  zero(index: number): void {
    this.map.set(index, { data: ZEROS, present: new Uint8Array(SECTORS).fill(1) });
  }

  flush(): void {}

  close(): void {
    this.map.clear();
  }

  /** Bytes of memory taken. */
  get allocated(): number {
    return [...this.map.values()].filter(({ data }) => data !== ZEROS).length * CLUSTER;
  }

  /** Of a cluster that is here. */
  copy(index: number): SavedCluster {
    const { data, present } = this.map.get(index)!;
    return { index, data: data.slice(), present: present.slice() };
  }

  /** What was written. */
  saved(): SavedCluster[] {
    return [...this.map.keys()].sort((a, b) => a - b).map((index) => this.copy(index));
  }

  /** Replaces what was written to a disk of `size` bytes. Throws a RangeError where a cluster is none of that disk's. */
  replace(clusters: readonly SavedCluster[], size: number): void {
    const places = new Set(clusters.map(({ index }) => index));
    if (places.size !== clusters.length) throw new RangeError("a cluster is there twice");
    for (const { index, data, present } of clusters) {
      if (index * CLUSTER >= size || data.length !== CLUSTER || present.length !== SECTORS) {
        throw new RangeError(`cluster ${index} is none of this disk of ${size} bytes`);
      }
    }
    this.map.clear();
    for (const { index, data, present } of clusters) {
      const copy = allocate(CLUSTER);
      copy.set(data);
      this.map.set(index, { data: copy, present: present.slice() });
    }
  }
}

export function markPresent(present: Uint8Array, at: number, length: number): void {
  present.fill(1, Math.floor(at / SECTOR), Math.ceil((at + length) / SECTOR));
}

// Clusters in files: one file holds them in the order in which they were first written, a map says which is where. A cluster is in the map
// on stable storage only when its bytes are: a cut loses nothing that a flush had ended for.

import { CLUSTER, type Clusters, markPresent, SECTOR, SECTORS } from "../clusters.js";
import { BlockError } from "../interfaces.js";
import type { SyncFile } from "./files.js";
import type { LayerMap } from "./map.js";

export class Layer implements Clusters {
  /** Clusters of which the map on stable storage does not say all. */
  private readonly changed = new Set<number>();
  private dirty = false;
  private slots: number;
  private failure: BlockError | undefined;

  constructor(
    private readonly data: SyncFile,
    private readonly map: LayerMap,
  ) {
    this.slots = [...map.places.values()].reduce((most, { slot }) => Math.max(most, slot + 1), 0);
  }

  get generation(): number {
    return this.map.generation;
  }

  /** Bytes of the clusters that are here. */
  get allocated(): number {
    return this.map.places.size * CLUSTER;
  }

  present(index: number): Uint8Array | undefined {
    return this.map.places.get(index)?.present;
  }

  read(index: number, at: number, into: Uint8Array): void {
    const { slot } = this.map.places.get(index)!;
    const read = this.data.read(slot * CLUSTER + at, into);
    if (read !== into.length) throw new BlockError(`${into.length - read} bytes of cluster ${index} are not there`);
  }

  write(index: number, at: number, from: Uint8Array): void {
    const place = this.map.places.get(index) ?? { slot: this.slots, present: new Uint8Array(SECTORS) };
    this.dirty = true;
    this.data.write(place.slot * CLUSTER + at, from);
    if (place.slot === this.slots) {
      this.slots++;
      this.map.places.set(index, place);
    }
    const before = place.present.indexOf(0, Math.floor(at / SECTOR));
    if (before < 0 || before * SECTOR >= at + from.length) return;
    markPresent(place.present, at, from.length);
    this.changed.add(index);
  }

  flush(): void {
    // A host says once that it could not write, and forgets.
    if (this.failure) throw this.failure;
    try {
      if (this.dirty) this.data.flush();
      this.dirty = false;
      if (this.changed.size > 0) this.map.add(this.changed);
      this.changed.clear();
    } catch (error) {
      if (!(error instanceof BlockError && error.full)) this.failure = error as BlockError;
      throw error;
    }
  }

  close(): void {
    this.data.close();
    this.map.close();
  }
}

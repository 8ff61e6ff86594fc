// From an offset of the disk to its entry: the L1 table, which is in memory, and the L2 tables that it leads to.

import { BlockError } from "../../interfaces.js";
import { viewOf } from "../bytes.js";
import { hex, type ImageFile } from "../image-file.js";
import type { Steps } from "../steps.js";
import { type Entry, type Geometry, NOTHING, readEntry, readOffset, writeOffset } from "./entries.js";
import type { Table, Tables } from "./tables.js";

export class Level1 {
  private view: DataView;
  /** Entries that were changed and not written. */
  private changes: { from: number; to: number } | undefined;

  constructor(
    private readonly file: ImageFile,
    private readonly geometry: Geometry,
    readonly tables: Tables,
    public offset: number,
    private bytes: Uint8Array,
  ) {
    this.view = viewOf(bytes);
  }

  /** Entries. */
  get size(): number {
    return this.bytes.length / 8;
  }

  get changed(): boolean {
    return this.changes !== undefined;
  }

  /** Where the L2 table of an entry of L1 is; 0: there is none. */
  at(index: number): { offset: number; copied: boolean } {
    const found = readOffset(this.view, index * 8);
    if (found.offset % this.geometry.clusterSize !== 0) {
      const { name } = this.file;
      throw new BlockError(
        `${name} is damaged: entry ${index} of L1 has an L2 table at ${hex(found.offset)}, which is not the start of a cluster`,
      );
    }
    return found;
  }

  /** Offsets of all L2 tables. */
  *offsets(): Generator<number> {
    for (let index = 0; index < this.size; index++) {
      const { offset } = readOffset(this.view, index * 8);
      if (offset !== 0) yield offset;
    }
  }

  set(index: number, offset: number): void {
    writeOffset(this.view, index * 8, offset, true);
    this.changes = {
      from: Math.min(index, this.changes?.from ?? index),
      to: Math.max(index + 1, this.changes?.to ?? 0),
    };
  }

  clear(index: number): void {
    this.set(index, 0);
    this.view.setUint32(index * 8, 0);
  }

  /** Takes the place of the old table, which has fewer entries. */
  replace(offset: number, bytes: Uint8Array): void {
    this.offset = offset;
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }

  /** A longer copy, as it is now. */
  longer(entries: number): Uint8Array {
    const bytes = new Uint8Array(entries * 8);
    bytes.set(this.bytes);
    return bytes;
  }

  *write(): Steps<void> {
    const { changes } = this;
    if (!changes) return;
    // Whole sectors, for a torn one has neither the old nor the new.
    const from = Math.floor(changes.from / 64) * 64 * 8;
    const to = Math.min(Math.ceil(changes.to / 64) * 64 * 8, this.bytes.length);
    yield this.file.write(this.offset + from, this.bytes.subarray(from, to));
    this.changes = undefined;
  }

  /** The L2 table for a cluster of the disk; undefined where there is none. */
  *table(cluster: number): Steps<Table | undefined> {
    const { offset } = this.at(Math.floor(cluster / this.geometry.entries));
    return offset === 0 ? undefined : yield* this.tables.load(offset);
  }

  /** What a cluster of the disk is. */
  *entry(cluster: number): Steps<Entry> {
    const table = yield* this.table(cluster);
    if (!table) return NOTHING;
    return readEntry(this.geometry, table.view, cluster % this.geometry.entries, this.file.name);
  }
}

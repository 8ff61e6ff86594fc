// Who uses each cluster of the file: the refcount table, which is in memory, and the refcount blocks that it leads to. Clusters are
// taken here. Those that are let go of are free when nothing on the disk refers to them any more (commit.ts).

import { BlockError } from "../../interfaces.js";
import { viewOf } from "../bytes.js";
import { hex, type ImageFile } from "../image-file.js";
import type { Steps } from "../steps.js";
import { readOffset, writeOffset } from "./entries.js";
import type { Table, Tables } from "./tables.js";
import { type Width, width } from "./widths.js";

/** Largest refcount table that other programs take, bytes. */
const MOST_TABLE = 8 << 20;

/** Clusters that were taken and not written are not so far behind the end of the file. */
const FAR = 256 << 20;

export interface RefcountParts {
  readonly file: ImageFile;
  readonly clusterSize: number;
  readonly order: number;
  readonly blocks: Tables;
  /** True for a cluster that is known to have something in it, whatever its refcount says. */
  readonly occupied: (offset: number) => boolean;
  /** Nothing uses this cluster any more. */
  readonly freed: (offset: number) => void;
  /** Says in the header where the table is now. */
  readonly moved: (offset: number, clusters: number) => Steps<void>;
}

export class Refcounts {
  readonly width: Width;
  /** Clusters that a block tells of. */
  readonly perBlock: number;
  private view: DataView;
  private tableChanges: { from: number; to: number } | undefined;
  /** No cluster before this is free. */
  private hint = 0;
  /** Let go of, first cluster and count: to be freed when the disk has what no longer refers to them. */
  private leaving: [number, number][] = [];

  constructor(
    private readonly parts: RefcountParts,
    public offset: number,
    private table: Uint8Array,
  ) {
    this.width = width(parts.order);
    this.perBlock = (parts.clusterSize * 8) / 2 ** parts.order;
    this.view = viewOf(table);
  }

  get blocks(): Tables {
    return this.parts.blocks;
  }

  get tableChanged(): boolean {
    return this.tableChanges !== undefined;
  }

  get hasLeaving(): boolean {
    return this.leaving.length > 0;
  }

  /** Entries of the table. */
  get entries(): number {
    return this.table.length / 8;
  }

  get clusters(): number {
    return this.table.length / this.parts.clusterSize;
  }

  /** Offsets of all blocks. */
  *blockOffsets(): Generator<number> {
    for (let index = 0; index < this.entries; index++) {
      const { offset } = readOffset(this.view, index * 8);
      if (offset !== 0) yield offset;
    }
  }

  *get(cluster: number): Steps<number> {
    const block = yield* this.block(cluster);
    return block ? this.width.get(block.view, cluster % this.perBlock) : 0;
  }

  /** Throws BlockError when the refcount would be none that there can be. */
  *add(cluster: number, change: number): Steps<void> {
    const block = yield* this.block(cluster);
    const before = block ? this.width.get(block.view, cluster % this.perBlock) : 0;
    const after = before + change;
    if (!block || after < 0 || after > this.width.most) {
      const { file, clusterSize } = this.parts;
      const at = hex(cluster * clusterSize);
      throw new BlockError(
        `${file.name} is damaged: the cluster at ${at} has a refcount of ${before}, which cannot change by ${change}`,
      );
    }
    this.put(block, cluster, after);
  }

  /** Sets a refcount to less than it is; for repairs. */
  *lower(cluster: number, value: number): Steps<void> {
    const block = yield* this.block(cluster);
    if (block) this.put(block, cluster, value);
  }

  /** Another table, with other blocks, which is what the disk has. */
  adopt(offset: number, table: Uint8Array): void {
    this.blocks.clear();
    this.offset = offset;
    this.table = table;
    this.view = viewOf(table);
    this.tableChanges = undefined;
    this.leaving = [];
    this.hint = 0;
  }

  /** The first of so many clusters in a row, which are taken. */
  *allocate(count = 1): Steps<number> {
    let run = 0;
    let cluster = this.hint;
    while (run < count) {
      const block = yield* this.block(cluster);
      if (!block) {
        cluster = yield* this.addBlock(cluster);
        run = 0;
        continue;
      }
      run = this.width.get(block.view, cluster % this.perBlock) === 0 ? run + 1 : 0;
      cluster++;
      if (count === 1 && run === 0) this.hint = cluster;
      this.refuseFar(cluster);
    }
    const first = cluster - count;
    for (let taken = first; taken < cluster; taken++) this.refuseOccupied(taken);
    for (let taken = first; taken < cluster; taken++) yield* this.add(taken, 1);
    if (first === this.hint) this.hint = cluster;
    return first;
  }

  /** Nothing refers to these clusters on the disk, nor in memory. */
  *giveBack(first: number, count = 1): Steps<void> {
    for (let cluster = first; cluster < first + count; cluster++) {
      yield* this.add(cluster, -1);
      this.parts.freed(cluster * this.parts.clusterSize);
    }
    this.hint = Math.min(this.hint, first);
  }

  /** Nothing refers to these clusters in memory. */
  leave(first: number, count = 1): void {
    this.leaving.push([first, count]);
  }

  /** Frees what nothing on the disk refers to now. */
  *settle(): Steps<void> {
    const all = this.leaving;
    this.leaving = [];
    for (const [first, count] of all) yield* this.giveBack(first, count);
  }

  *writeTable(): Steps<void> {
    const changes = this.tableChanges;
    if (!changes) return;
    const from = Math.floor(changes.from / 64) * 64 * 8;
    const to = Math.min(Math.ceil(changes.to / 64) * 64 * 8, this.table.length);
    yield this.parts.file.write(this.offset + from, this.table.subarray(from, to));
    this.tableChanges = undefined;
  }

  /** New blocks are in the file before the table leads to them. */
  *writeFresh(): Steps<void> {
    const fresh = this.blocks.changed.filter((block) => block.fresh);
    if (fresh.length === 0 && !this.tableChanged) return;
    for (const block of fresh) yield* this.blocks.write(block);
    yield this.parts.file.flush();
    yield* this.writeTable();
    this.blocks.linked();
  }

  private put(block: Table, cluster: number, value: number): void {
    const index = cluster % this.perBlock;
    this.width.set(block.view, index, value);
    const byte = Math.floor((index * 2 ** this.parts.order) / 8);
    this.blocks.change(block, byte, byte + Math.ceil(2 ** this.parts.order / 8));
  }

  private *block(cluster: number): Steps<Table | undefined> {
    const index = Math.floor(cluster / this.perBlock);
    if (index >= this.entries) return undefined;
    const { offset } = readOffset(this.view, index * 8);
    if (offset === 0) return undefined;
    if (offset % this.parts.clusterSize !== 0) {
      throw new BlockError(
        `${this.parts.file.name} is damaged: entry ${index} of its refcount table has a block at ${hex(offset)}, which is not the start of a cluster`,
      );
    }
    return yield* this.blocks.load(offset);
  }

  /** A block for the clusters around `place`, which is where it is put; answers the cluster behind. */
  private *addBlock(place: number): Steps<number> {
    const index = Math.floor(place / this.perBlock);
    if (index >= this.entries) return yield* this.growTable(place);
    this.refuseOccupied(place);
    const block = this.blocks.add(place * this.parts.clusterSize, new Uint8Array(this.parts.clusterSize));
    this.put(block, place, 1);
    this.link(index, block.offset);
    return place + 1;
  }

  private link(index: number, offset: number): void {
    writeOffset(this.view, index * 8, offset, false);
    const changes = this.tableChanges ?? { from: index, to: index };
    this.tableChanges = { from: Math.min(changes.from, index), to: Math.max(changes.to, index + 1) };
  }

  /**
   * A longer table, with the blocks that tell of its own clusters, all from `place` on: nothing is there or behind. On the disk it takes
   * the place of the old one at once. Answers the cluster behind.
   */
  private *growTable(place: number): Steps<number> {
    const { clusterSize, file } = this.parts;
    const { perBlock } = this;
    const perCluster = clusterSize / 8;
    let [tableClusters, blocks] = [0, 0];
    for (;;) {
      const end = place + tableClusters + blocks;
      const needed = Math.ceil((Math.floor(end / perBlock) + 1 + Math.ceil(this.entries / 2)) / perCluster);
      const spanned = Math.floor((end - 1) / perBlock) - Math.floor(place / perBlock) + 1;
      if (needed <= tableClusters && spanned <= blocks) break;
      tableClusters = Math.max(tableClusters, needed);
      blocks = Math.max(blocks, spanned);
    }
    if (tableClusters * clusterSize > MOST_TABLE) {
      throw new BlockError(`${file.name} cannot become larger: its refcount table has its largest size`, true);
    }
    const end = place + tableClusters + blocks;
    for (let cluster = place; cluster < end; cluster++) this.refuseOccupied(cluster);
    // What the present table is about to lead to has to be there before the new one leads to it.
    yield* this.writeFresh();
    const table = new Uint8Array(tableClusters * clusterSize);
    table.set(this.table);
    const view = viewOf(table);
    for (let k = 0; k < blocks; k++) {
      const index = Math.floor(place / perBlock) + k;
      const offset = (place + tableClusters + k) * clusterSize;
      const bytes = new Uint8Array(clusterSize);
      const from = Math.max(place, index * perBlock);
      for (let cluster = from; cluster < Math.min(end, (index + 1) * perBlock); cluster++) {
        this.width.set(viewOf(bytes), cluster % perBlock, 1);
      }
      writeOffset(view, index * 8, offset, false);
      yield file.write(offset, bytes);
    }
    yield file.write(place * clusterSize, table);
    yield file.flush();
    yield* this.parts.moved(place * clusterSize, tableClusters);
    yield file.flush();
    const old = { first: this.offset / clusterSize, count: this.clusters };
    this.offset = place * clusterSize;
    this.table = table;
    this.view = view;
    this.tableChanges = undefined;
    this.leave(old.first, old.count);
    return end;
  }

  /** An image may say that all clusters are used that there could ever be. */
  private refuseFar(cluster: number): void {
    const { clusterSize, file } = this.parts;
    if (cluster * clusterSize <= file.size + FAR) return;
    throw new BlockError(
      `${file.name} is damaged: its refcounts say that clusters up to ${hex(cluster * clusterSize)} are used, and the file has ${file.size} bytes`,
    );
  }

  private refuseOccupied(cluster: number): void {
    const { clusterSize, file, occupied } = this.parts;
    const offset = cluster * clusterSize;
    if (!occupied(offset)) return;
    throw new BlockError(
      `${file.name} is damaged: the cluster at ${hex(offset)} is used and has a refcount of 0 (wasmachine img check -r all repairs it)`,
    );
  }
}

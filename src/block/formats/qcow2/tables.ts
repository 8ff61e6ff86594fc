// Tables of an image that are in memory: L2 tables, or refcount blocks. There are so many at most; those that were changed stay until
// they have been written.

import { viewOf } from "../bytes.js";
import type { ImageFile } from "../image-file.js";
import type { Steps } from "../steps.js";

const SECTOR = 512;

export interface Table {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Nothing on the disk refers to it yet. */
  fresh: boolean;
}

interface Changes {
  from: number;
  to: number;
}

export class Tables {
  /** In the order of use, the last used at the end. */
  private readonly tables = new Map<number, Table>();
  private readonly changes = new Map<Table, Changes>();
  private readonly fresh = new Set<Table>();
  /** Counts what was written: a table that was being read meanwhile may be an old one. */
  private epoch = 0;

  constructor(
    private readonly file: ImageFile,
    private readonly size: number,
    private readonly most: number,
    private readonly what: string,
  ) {}

  /** Changed ones take most of the room. */
  get crowded(): boolean {
    return this.changes.size * 2 > this.most;
  }

  get changed(): Table[] {
    return [...this.changes.keys()];
  }

  /** A table that is in memory. */
  peek(offset: number): Table | undefined {
    const table = this.tables.get(offset);
    if (table) {
      this.tables.delete(offset);
      this.tables.set(offset, table);
    }
    return table;
  }

  *load(offset: number): Steps<Table> {
    for (;;) {
      const here = this.peek(offset);
      if (here) return here;
      this.file.needs(this.what, offset, this.size);
      const { epoch } = this;
      const bytes = new Uint8Array(this.size);
      yield this.file.read(offset, bytes);
      if (epoch === this.epoch && !this.tables.has(offset)) return this.insert(offset, bytes, false);
    }
  }

  /** A new table, which is not in the file yet. */
  add(offset: number, bytes: Uint8Array): Table {
    const table = this.insert(offset, bytes, true);
    this.fresh.add(table);
    this.change(table, 0, bytes.length);
    return table;
  }

  /** To be called right after a table was changed, which is right after it was loaded. */
  change(table: Table, from: number, to: number): void {
    const changes = this.changes.get(table);
    if (!changes) this.changes.set(table, { from, to });
    else {
      changes.from = Math.min(changes.from, from);
      changes.to = Math.max(changes.to, to);
    }
  }

  /** Writes what was changed of a table. */
  *write(table: Table): Steps<void> {
    const changes = this.changes.get(table);
    if (!changes) return;
    const from = changes.from - (changes.from % SECTOR);
    const to = Math.min(Math.ceil(changes.to / SECTOR) * SECTOR, this.size);
    this.epoch++;
    yield this.file.write(table.offset + from, table.bytes.subarray(from, to));
    this.epoch++;
    this.changes.delete(table);
  }

  /** The disk refers to all of them now. */
  linked(): void {
    for (const table of this.fresh) table.fresh = false;
    this.fresh.clear();
  }

  drop(offset: number): void {
    const table = this.tables.get(offset);
    if (!table) return;
    this.tables.delete(offset);
    this.changes.delete(table);
    this.fresh.delete(table);
  }

  clear(): void {
    this.epoch++;
    this.tables.clear();
    this.changes.clear();
    this.fresh.clear();
  }

  private insert(offset: number, bytes: Uint8Array, fresh: boolean): Table {
    const table = { offset, bytes, view: viewOf(bytes), fresh };
    this.tables.set(offset, table);
    for (const [other, candidate] of this.tables) {
      if (this.tables.size <= this.most) break;
      if (candidate !== table && !this.changes.has(candidate)) this.tables.delete(other);
    }
    return table;
  }
}

// The order in which tables reach the disk. Whenever the host stops, every cluster that something on the disk refers to has its data, and
// a refcount of so many at least; what was taken and is referred to by nothing is lost room, and nothing else is.
//
//   1. data (written at once), refcounts, new L2 tables     nothing refers to them yet
//   2. flush
//   3. L2 tables that the disk has already, the L1 table     now something does
//   4. flush
//   5. what they no longer refer to is free                  it may be overwritten from now on
//
// A new refcount block is on the disk before the refcount table leads to it. With lazy refcounts the refcounts wait until the image is
// closed, and the image is marked as dirty until then: who opens it counts anew.

import type { Step, Steps } from "../steps.js";
import type { Parts } from "./parts.js";

export class Commit {
  /** `quiet`: those who read now have read. What they read is not overwritten before. */
  constructor(
    private readonly parts: Parts,
    private readonly lazy: boolean,
    private readonly quiet: Step,
  ) {}

  /** A flush has more to do than to flush the file. */
  get needed(): boolean {
    const { level1, refcounts } = this.parts;
    if (level1.changed || level1.tables.changed.length > 0) return true;
    return !this.postponed && (refcounts.tableChanged || refcounts.blocks.changed.length > 0);
  }

  private get postponed(): boolean {
    return this.lazy && this.parts.header.dirty;
  }

  /** To be called before refcounts change. */
  *begin(): Steps<void> {
    const { header, file } = this.parts;
    if (!this.lazy || header.dirty) return;
    yield* header.setDirty(true);
    yield file.flush();
  }

  /** Tables in memory are few, and those that were changed have to stay until they are written. */
  *makeRoom(): Steps<void> {
    const { level1, refcounts } = this.parts;
    if (level1.tables.crowded) yield* this.run();
    if (refcounts.blocks.crowded) yield* this.run(true);
  }

  *run(refcountsToo = false): Steps<void> {
    const { level1, refcounts, file } = this.parts;
    if (refcountsToo || !this.postponed) {
      yield* refcounts.writeFresh();
      for (const block of refcounts.blocks.changed) yield* refcounts.blocks.write(block);
    }
    const changed = level1.tables.changed;
    for (const table of changed) if (table.fresh) yield* level1.tables.write(table);
    yield file.flush();
    if (level1.changed || changed.length > 0) {
      for (const table of changed) if (!table.fresh) yield* level1.tables.write(table);
      yield* level1.write();
      yield file.flush();
      level1.tables.linked();
    }
    if (!refcounts.hasLeaving) return;
    yield this.quiet;
    yield* refcounts.settle();
  }

  /** Nothing is left to be written afterwards. */
  *end(): Steps<void> {
    const { refcounts, header, file } = this.parts;
    if (this.needed || refcounts.hasLeaving) yield* this.run(true);
    if (refcounts.tableChanged || refcounts.blocks.changed.length > 0) yield* this.run(true);
    if (!this.postponed) return;
    yield* this.run(true);
    yield* header.setDirty(false);
    yield file.flush();
  }
}

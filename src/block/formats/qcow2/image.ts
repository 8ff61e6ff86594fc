// An open qcow2 image, as a disk.

import { BlockError } from "../../interfaces.js";
import { checkRange } from "../../range.js";
import { refuseWrite } from "../../readonly.js";
import { fromUtf8 } from "../bytes.js";
import type { BackingName, FormatImage } from "../format.js";
import { LATER, runLater, runNow, type Steps } from "../steps.js";
import { type CheckResult, check, type Repair } from "./check.js";
import { Commit } from "./commit.js";
import type { Header } from "./header.js";
import { CORRUPT, DIRTY, INCOMPATIBLE_AT, LAZY_REFCOUNTS } from "./header.js";
import type { Parts } from "./parts.js";
import { resize } from "./resize.js";
import { listSnapshots, type Snapshot } from "./snapshots.js";
import { Turns } from "./turns.js";
import { Writer } from "./write.js";
import { Zeroes } from "./zero.js";

export class Qcow2Image implements FormatImage {
  readonly format = "qcow2";
  readonly writeSync?: (offset: number, from: Uint8Array) => boolean;
  private readonly turns = new Turns();
  private readonly writer: Writer;
  private readonly commit: Commit;
  private readonly zeroes: Zeroes;

  constructor(
    readonly parts: Parts,
    readonly header: Header,
    readonly readOnly: boolean,
    /** Told of clusters of the file that are free now. */
    listeners: { freed: (offset: number) => void },
  ) {
    this.commit = new Commit(parts, (header.compatible & LAZY_REFCOUNTS) !== 0, this.turns.quiet);
    this.writer = new Writer(parts, this.commit);
    this.zeroes = new Zeroes(parts, this.commit, this.writer);
    listeners.freed = (offset) => this.writer.freed(offset);
    if (parts.file.base.writeSync) this.writeSync = (offset, from) => this.writeNow(offset, from);
  }

  get size(): number {
    return this.parts.header.size;
  }

  get clusterSize(): number {
    return this.parts.geometry.clusterSize;
  }

  get backing(): BackingName | undefined {
    return this.header.backing;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    checkRange("Read", this.size, offset, into.length);
    await this.turns.read(runLater(this.parts.reader.read(offset, into)));
  }

  readSync(offset: number, into: Uint8Array): boolean {
    checkRange("Read", this.size, offset, into.length);
    return runNow(this.parts.reader.read(offset, into)) !== LATER;
  }

  async write(offset: number, from: Uint8Array): Promise<void> {
    await this.change(offset, from.length, () => this.writer.write(offset, from));
  }

  async discard(offset: number, length: number): Promise<void> {
    await this.change(offset, length, () => this.zeroes.discard(offset, length));
  }

  async writeZeroes(offset: number, length: number, unmap: boolean): Promise<void> {
    await this.change(offset, length, () => this.zeroes.write(offset, length, unmap));
  }

  /** A whole cluster that nothing was written to; false when it does not become smaller. */
  async writePacked(offset: number, from: Uint8Array): Promise<boolean> {
    const { geometry, codec, packing } = this.parts;
    if (offset % geometry.clusterSize !== 0 || from.length !== geometry.clusterSize) {
      throw new BlockError(`Only whole clusters can be packed, not ${from.length} bytes at offset ${offset}`);
    }
    const packed = codec.pack(packing, from);
    if (!packed || packed.length >= from.length) return false;
    await this.change(offset, 0, () => this.writer.writePacked(offset / geometry.clusterSize, packed));
    return true;
  }

  async resize(size: number): Promise<void> {
    await this.change(0, 0, () => resize(this.parts, this.commit, this.zeroes, size, this.header.snapshots));
  }

  async flush(): Promise<void> {
    if (this.readOnly) return;
    if (!this.turns.taken && !this.commit.needed) return this.parts.file.base.flush();
    await this.turns.take(() => runLater(this.commit.run()));
  }

  flushSync(): boolean {
    if (this.readOnly) return true;
    return !this.turns.taken && !this.commit.needed && (this.parts.file.base.flushSync?.() ?? false);
  }

  async close(): Promise<void> {
    let failure: unknown;
    const closing = async (action: () => Promise<unknown> | undefined): Promise<void> => {
      try {
        await action();
      } catch (error) {
        failure ??= error;
      }
    };
    if (!this.readOnly) await closing(() => this.turns.take(() => runLater(this.commit.end())));
    await closing(() => this.parts.file.base.close());
    await closing(() => this.parts.backing?.close());
    if (failure !== undefined) throw failure;
  }

  check(repair: Repair): Promise<CheckResult> {
    const { snapshots: count, snapshotsOffset: offset } = this.header;
    return this.turns.take(async () => {
      const result = await runLater(check(this.parts, { count, offset }, repair));
      if (repair !== "none") await runLater(this.commit.run(true));
      return result;
    });
  }

  async snapshots(): Promise<Snapshot[]> {
    const { snapshots, snapshotsOffset } = this.header;
    return (await runLater(listSnapshots(this.parts.file, snapshotsOffset, snapshots))).list;
  }

  /** What a range is: for those that copy an image. The backing file is asked by whoever has it. */
  async isHere(cluster: number): Promise<"data" | "zero" | "below"> {
    const { here, zero } = await runLater(this.parts.level1.entry(cluster));
    return here !== 0 ? "data" : zero !== 0 ? "zero" : "below";
  }

  /** Nothing of the disk is in the image any more: it reads as what is below. */
  async empty(): Promise<void> {
    const { geometry } = this.parts;
    for (let cluster = 0; cluster * geometry.clusterSize < this.size; cluster++) {
      if ((await this.isHere(cluster)) !== "below") await this.change(0, 0, () => this.zeroes.forget(cluster));
    }
  }

  /** Another image below, by name; undefined: none. */
  async setBacking(backing: BackingName | undefined): Promise<void> {
    const named = backing && { file: fromUtf8(backing.file), format: backing.format };
    const { header } = this;
    await this.change(0, 0, () => this.parts.header.setBacking(header.length, this.clusterSize, named));
  }

  /** It was checked, and nothing is wrong with it. */
  async clearFaults(): Promise<void> {
    const { header, file } = this.parts;
    await this.change(0, 0, function* () {
      yield file.flush();
      yield* header.setBits(INCOMPATIBLE_AT + 4, CORRUPT | DIRTY, false);
      yield file.flush();
    });
  }

  private async change(offset: number, length: number, work: () => Steps<void>): Promise<void> {
    if (this.readOnly) refuseWrite();
    checkRange("Write", this.size, offset, length);
    await this.turns.take(() => runLater(work()));
  }

  private writeNow(offset: number, from: Uint8Array): boolean {
    if (this.readOnly) refuseWrite();
    checkRange("Write", this.size, offset, from.length);
    return !this.turns.taken && runNow(this.writer.write(offset, from)) !== LATER;
  }
}

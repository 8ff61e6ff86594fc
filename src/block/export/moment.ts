// A disk as it was at one moment, while its guest goes on writing: what is about to be changed is kept first, until it was read for the
// last time. Reads go unit by unit, from the front.

import { CLUSTER } from "../clusters.js";
import { type BlockBackend, BlockError } from "../interfaces.js";

/** Read at once. */
export const UNIT: number = CLUSTER;
/** Bytes that are kept at most; a guest is not stopped for a slow reader. */
const MOST_KEPT = 256 << 20;

export class Moment {
  readonly size: number;
  /** Of units that were changed since. */
  private readonly kept = new Map<number, Uint8Array>();
  private readonly reading = new Map<number, Promise<Uint8Array>>();
  /** Of those that are being read: units that are to be kept. */
  private readonly wanted = new Set<number>();
  /** The first unit that may still be read. */
  private first = 0;
  private failure: BlockError | undefined;

  constructor(
    private readonly disk: BlockBackend,
    /** Nothing has to be kept for it any more. */
    private readonly onClose: () => void,
    private readonly most: number = MOST_KEPT,
  ) {
    this.size = disk.size;
  }

  get units(): number {
    return Math.ceil(this.size / UNIT);
  }

  /** Rejects with BlockError when what was there is not known any more. */
  async read(unit: number): Promise<Uint8Array> {
    if (this.failure) throw this.failure;
    return this.kept.get(unit) ?? this.fetch(unit);
  }

  /** Units before this one are not read again. */
  forget(before: number): void {
    for (; this.first < before; this.first++) this.kept.delete(this.first);
  }

  /** To be awaited before bytes are changed. */
  async keep(offset: number, length: number): Promise<void> {
    const end = Math.min(offset + length, this.size);
    for (let unit = Math.max(this.first, Math.floor(offset / UNIT)); unit * UNIT < end; unit++) {
      if (this.failure) return;
      if (unit < this.first || this.kept.has(unit)) continue;
      this.wanted.add(unit);
      // The guest's write is not to fail by it.
      await this.fetch(unit).catch((error: Error) => this.fail(error.message));
    }
  }

  /** It cannot be read any more. */
  fail(why: string): void {
    this.failure ??= new BlockError(why);
    this.close();
  }

  close(): void {
    this.failure ??= new BlockError("it was closed");
    this.kept.clear();
    this.onClose();
  }

  private fetch(unit: number): Promise<Uint8Array> {
    let reading = this.reading.get(unit);
    if (!reading) {
      reading = this.readUnit(unit);
      this.reading.set(unit, reading);
    }
    return reading;
  }

  private async readUnit(unit: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.min(UNIT, this.size - unit * UNIT));
    try {
      await this.disk.read(unit * UNIT, bytes);
    } finally {
      // In one turn with what follows: whoever asks next finds it in one of both.
      this.reading.delete(unit);
    }
    if (this.wanted.delete(unit) && unit >= this.first && !this.failure) this.kept.set(unit, bytes);
    if (this.kept.size * UNIT > this.most) {
      this.fail(`the guest wrote more than ${this.most >> 20} MiB while its disk was being read: read it faster`);
    }
    return bytes;
  }
}

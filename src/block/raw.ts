// The raw format: the image is the disk. A disk has whole sectors, so an image whose size is not a multiple of 512 is
// padded with zeros, as QEMU does; the first write into the padding lengthens the image where its back end can.

import { type BlockBackend, BlockError } from "./interfaces.js";
import { checkRange } from "./range.js";
import { refuseWrite } from "./readonly.js";

const SECTOR = 512;

export class RawImage implements BlockBackend {
  private length: number;

  constructor(private readonly base: BlockBackend) {
    this.length = Math.ceil(base.size / SECTOR) * SECTOR;
  }

  /** Bytes, a multiple of 512. */
  get size(): number {
    return this.length;
  }

  get readOnly(): boolean {
    return this.base.readOnly;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    const inside = this.clip("Read", offset, into.length);
    into.fill(0, inside);
    if (inside > 0) await this.base.read(offset, into.subarray(0, inside));
  }

  readSync(offset: number, into: Uint8Array): boolean {
    const inside = this.clip("Read", offset, into.length);
    into.fill(0, inside);
    return inside === 0 || (this.base.readSync?.(offset, into.subarray(0, inside)) ?? false);
  }

  async write(offset: number, from: Uint8Array): Promise<void> {
    const inside = this.extend(offset, from);
    if (inside > 0) await this.base.write(offset, from.subarray(0, inside));
  }

  writeSync(offset: number, from: Uint8Array): boolean {
    const inside = this.extend(offset, from);
    return inside === 0 || (this.base.writeSync?.(offset, from.subarray(0, inside)) ?? false);
  }

  flush(): Promise<void> {
    return this.base.flush();
  }

  flushSync(): boolean {
    return this.base.flushSync?.() ?? false;
  }

  close(): Promise<void> {
    return this.base.close();
  }

  /** Not to less than it has: the host does not cut an image that is open. */
  async resize(size: number): Promise<void> {
    if (this.base.readOnly) refuseWrite();
    if (size < this.size)
      throw new BlockError(`A raw image of ${this.size} bytes does not become smaller while it is used`);
    if (!this.base.grow) throw new BlockError("The image cannot change its size where it lies");
    this.base.grow(size);
    this.length = size;
  }

  /** How many of the bytes are in the image itself, the rest being padding. */
  private clip(what: "Read" | "Write", offset: number, length: number): number {
    checkRange(what, this.size, offset, length);
    return Math.max(0, Math.min(length, this.base.size - offset));
  }

  private extend(offset: number, from: Uint8Array): number {
    const inside = this.clip("Write", offset, from.length);
    if (inside === from.length || from.subarray(inside).every((byte) => byte === 0)) return inside;
    if (this.base.readOnly) refuseWrite();
    if (this.base.grow === undefined) {
      throw new BlockError(`Write past byte ${this.base.size}, where the image ends inside its last sector`);
    }
    this.base.grow(this.size);
    return this.clip("Write", offset, from.length);
  }
}

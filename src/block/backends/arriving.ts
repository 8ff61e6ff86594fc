// An image that is still on its way, first byte first: what is here can be read, the rest is waited for. Read-only; an
// overlay takes the writes.

import { BlockError } from "../interfaces.js";
import { checkRange } from "../range.js";
import { ReadOnlyBackend } from "../readonly.js";
import { SparseMemory } from "./sparse.js";

interface Reader {
  end: number;
  resolve(): void;
  reject(error: BlockError): void;
}

export class ArrivingImage extends ReadOnlyBackend {
  private readonly here = new SparseMemory();
  private readers: Reader[] = [];
  private failure: BlockError | undefined;

  /** `size` is what there will be in the end. */
  constructor(readonly size: number) {
    super();
  }

  /** The next bytes. */
  append(bytes: Uint8Array): void {
    if (this.failure) return;
    if (this.here.size + bytes.length > this.size) {
      this.fail(`The image has more than the ${this.size} bytes that were announced`);
      return;
    }
    this.here.append(bytes);
    const ready = this.readers.filter(({ end }) => end <= this.here.size);
    this.readers = this.readers.filter(({ end }) => end > this.here.size);
    for (const { resolve } of ready) resolve();
  }

  /** Nothing more will come: what is not here cannot be read. */
  end(): void {
    if (this.here.size < this.size) this.fail(`The image has ${this.here.size} bytes instead of ${this.size}`);
  }

  /** Nothing more will come, for this reason. */
  fail(message: string): void {
    this.failure ??= new BlockError(message);
    for (const { reject } of this.readers) reject(this.failure);
    this.readers = [];
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    checkRange("Read", this.size, offset, into.length);
    const end = offset + into.length;
    if (end > this.here.size) await this.until(end);
    this.here.readSync(offset, into);
  }

  readSync(offset: number, into: Uint8Array): boolean {
    checkRange("Read", this.size, offset, into.length);
    return offset + into.length <= this.here.size && this.here.readSync(offset, into);
  }

  override async close(): Promise<void> {
    this.fail("The image was closed");
    await this.here.close();
  }

  private until(end: number): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => this.readers.push({ end, resolve, reject }));
  }
}

import type { BlockBackend } from "../interfaces.js";
import { checkRange } from "../range.js";
import { refuseWrite } from "../readonly.js";

/** An image held in memory. The bytes are used in place: writes are seen by whoever owns the array. */
export class MemoryBackend implements BlockBackend {
  constructor(
    private readonly bytes: Uint8Array,
    readonly readOnly = false,
  ) {}

  get size(): number {
    return this.bytes.length;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    this.readSync(offset, into);
  }

  async write(offset: number, from: Uint8Array): Promise<void> {
    this.writeSync(offset, from);
  }

  readSync(offset: number, into: Uint8Array): boolean {
    checkRange("Read", this.size, offset, into.length);
    into.set(this.bytes.subarray(offset, offset + into.length));
    return true;
  }

  writeSync(offset: number, from: Uint8Array): boolean {
    if (this.readOnly) refuseWrite();
    checkRange("Write", this.size, offset, from.length);
    this.bytes.set(from, offset);
    return true;
  }

  async flush(): Promise<void> {}

  flushSync(): boolean {
    return true;
  }

  async close(): Promise<void> {}
}

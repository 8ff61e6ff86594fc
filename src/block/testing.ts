// What tests of disks have in common.

import type { BlockBackend } from "./interfaces.js";
import { ReadOnlyBackend, refuseWrite } from "./readonly.js";

/** Another image with writing refused (-drive readonly=on). */
export class ReadOnly extends ReadOnlyBackend {
  constructor(private readonly base: BlockBackend) {
    super();
  }

  get size(): number {
    return this.base.size;
  }

  read(offset: number, into: Uint8Array): Promise<void> {
    return this.base.read(offset, into);
  }

  readSync(offset: number, into: Uint8Array): boolean {
    return this.base.readSync?.(offset, into) ?? false;
  }

  writeSync(): boolean {
    return refuseWrite();
  }

  override close(): Promise<void> {
    return this.base.close();
  }
}

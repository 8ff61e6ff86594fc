import { type BlockBackend, BlockError } from "./interfaces.js";

/** What all images have in common that nothing is written to: there is never anything to flush. */
export abstract class ReadOnlyBackend implements BlockBackend {
  readonly readOnly = true;

  abstract get size(): number;

  abstract read(offset: number, into: Uint8Array): Promise<void>;

  async write(): Promise<void> {
    refuseWrite();
  }

  async flush(): Promise<void> {}

  flushSync(): boolean {
    return true;
  }

  async close(): Promise<void> {}
}

/** Throws what a write to a read-only image is answered with. */
export function refuseWrite(): never {
  throw new BlockError("Write to a read-only image");
}

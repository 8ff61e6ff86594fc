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

/** Throws what a write to a read-only image is answered with. */
export function refuseWrite(): never {
  throw new BlockError("Write to a read-only image");
}

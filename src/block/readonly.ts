import { type BlockBackend, BlockError } from "./interfaces.js";

/** Another image with writing refused (-drive readonly=on). */
export class ReadOnly implements BlockBackend {
  readonly readOnly = true;

  constructor(private readonly base: BlockBackend) {}

  get size(): number {
    return this.base.size;
  }

  read(offset: number, into: Uint8Array): Promise<void> {
    return this.base.read(offset, into);
  }

  readSync(offset: number, into: Uint8Array): boolean {
    return this.base.readSync?.(offset, into) ?? false;
  }

  async write(): Promise<void> {
    this.writeSync();
  }

  writeSync(): boolean {
    throw new BlockError("Write to a read-only image");
  }

  async flush(): Promise<void> {}

  flushSync(): boolean {
    return true;
  }

  close(): Promise<void> {
    return this.base.close();
  }
}

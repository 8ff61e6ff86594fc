import { BlockError } from "../block/interfaces.js";
import { checkRange } from "../block/range.js";
import { ReadOnlyBackend } from "../block/readonly.js";

/** An image in a Blob or a File the user chose. A page cannot write to those, so it is read-only (use an Overlay). */
export class BlockFile extends ReadOnlyBackend {
  constructor(private readonly blob: Blob) {
    super();
  }

  get size(): number {
    return this.blob.size;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    checkRange("Read", this.size, offset, into.length);
    let bytes: ArrayBuffer;
    try {
      bytes = await this.blob.slice(offset, offset + into.length).arrayBuffer();
    } catch (error) {
      // A File changed or removed after it was chosen can no longer be read.
      throw new BlockError(`Could not read the image at offset ${offset}: ${(error as Error).message}`);
    }
    into.set(new Uint8Array(bytes));
  }
}

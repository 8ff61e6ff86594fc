// A raw image that was found to be raw, not said to be. The guest may write what it likes into it, but for the signature
// of another format into its first sector: the image would be another disk to whoever probes it next, and a format that
// names files of the host would let the guest read those.

import { type BlockBackend, BlockError } from "./interfaces.js";
import { type FoundFormat, PROBE_HEAD, PROBE_TAIL, probe } from "./probe.js";

export class ProbedRaw implements BlockBackend {
  readonly readSync?: (offset: number, into: Uint8Array) => boolean;
  readonly writeSync?: (offset: number, from: Uint8Array) => boolean;
  readonly flushSync?: () => boolean;
  readonly grow?: (size: number) => void;

  /** `head` is what the image begins with, PROBE_HEAD bytes or all; it is kept up to date here. */
  constructor(
    private readonly base: BlockBackend,
    private readonly head: Uint8Array,
  ) {
    if (base.readSync) this.readSync = (offset, into) => base.readSync!(offset, into);
    if (base.writeSync) {
      this.writeSync = (offset, from) => {
        this.check(offset, from);
        return base.writeSync!(offset, from);
      };
    }
    if (base.flushSync) this.flushSync = () => base.flushSync!();
    if (base.grow) this.grow = (size) => base.grow!(size);
  }

  get size(): number {
    return this.base.size;
  }

  get readOnly(): boolean {
    return this.base.readOnly;
  }

  read(offset: number, into: Uint8Array): Promise<void> {
    return this.base.read(offset, into);
  }

  async write(offset: number, from: Uint8Array): Promise<void> {
    this.check(offset, from);
    await this.base.write(offset, from);
  }

  flush(): Promise<void> {
    return this.base.flush();
  }

  close(): Promise<void> {
    return this.base.close();
  }

  private check(offset: number, from: Uint8Array): void {
    if (offset >= this.head.length) return;
    // A signature may be written in two halves.
    const next = this.head.slice();
    next.set(from.subarray(0, next.length - offset), offset);
    const format = probe(next);
    if (format?.disk) {
      throw new BlockError(
        `The guest may not make the image ${format.what}, as its format was not said (format=raw allows it)`,
      );
    }
    this.head.set(next);
  }
}

/** Looks at the start and, where that needs no waiting, at the end of an image. */
export async function probeImage(image: BlockBackend): Promise<{ head: Uint8Array; format: FoundFormat | undefined }> {
  const head = new Uint8Array(Math.min(PROBE_HEAD, image.size));
  await image.read(0, head);
  const tail = new Uint8Array(Math.min(PROBE_TAIL, image.size));
  const known = image.readSync?.(image.size - tail.length, tail) ?? false;
  return { head, format: probe(head, known ? tail : undefined) };
}

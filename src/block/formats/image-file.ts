// The file that a format keeps its image in: it ends in zeros without end, and grows where something is written behind its end.

import { type BlockBackend, BlockError } from "../interfaces.js";
import { viewOf } from "./bytes.js";
import type { Step, Steps } from "./steps.js";

/** It grows by so much at a time, so that not each new cluster is a call of the host. */
const GROWTH = 1 << 20;

export class ImageFile {
  /** `name` is what messages call it. */
  constructor(
    readonly base: BlockBackend,
    readonly name: string,
  ) {}

  get size(): number {
    return this.base.size;
  }

  get readOnly(): boolean {
    return this.base.readOnly;
  }

  read(offset: number, into: Uint8Array): Step {
    const { base } = this;
    const inside = Math.max(0, Math.min(into.length, base.size - offset));
    const part = into.subarray(0, inside);
    into.fill(0, inside);
    return {
      now: () => inside === 0 || (base.readSync?.(offset, part) ?? false),
      later: () => base.read(offset, part),
    };
  }

  write(offset: number, from: Uint8Array): Step {
    const { base } = this;
    const room = (): void => {
      const end = offset + from.length;
      if (end > base.size) this.grow(Math.ceil(end / GROWTH) * GROWTH);
    };
    return {
      now: () => {
        if (!base.writeSync) return false;
        room();
        return base.writeSync(offset, from);
      },
      later: async () => {
        room();
        await base.write(offset, from);
      },
    };
  }

  /** What was written before is on stable storage afterwards. */
  flush(): Step {
    const { base } = this;
    return { now: () => base.flushSync?.() ?? false, later: () => base.flush() };
  }

  grow(size: number): void {
    if (!this.base.grow) throw new BlockError(`${this.name} cannot grow where it lies`, true);
    this.base.grow(size);
  }

  /** Throws a sentence that begins with its name. */
  refuse(what: string): never {
    throw new BlockError(`${this.name} ${what}`);
  }

  /** A part that the image needs, which `what` calls in a sentence where it is not there. */
  *part(what: string, offset: number, length: number): Steps<DataView> {
    this.needs(what, offset, length);
    const bytes = new Uint8Array(length);
    yield this.read(offset, bytes);
    return viewOf(bytes);
  }

  /** Throws with a sentence when a part that the image needs is not there. */
  needs(what: string, offset: number, length: number): void {
    if (Number.isSafeInteger(offset) && offset >= 0 && offset + length <= this.size) return;
    throw new BlockError(
      `${this.name} is damaged or cut short: its ${what} is ${length} bytes at ${hex(offset)}, and the file has ${this.size} bytes`,
    );
  }
}

/** As messages have offsets. */
export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

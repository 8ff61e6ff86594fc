// An image as the options of its drive have it: what is under way is counted, for the run loop; a read-only one is not written to; zeros
// and discarded bytes become what discard= and detect-zeroes= say.

import type { Moment } from "../block/export/moment.js";
import { Moments } from "../block/export/moments.js";
import { isZero } from "../block/formats/bytes.js";
import { type BlockBackend, BlockError } from "../block/interfaces.js";
import type { DriveConfig } from "../options/config.js";
import type { HostWork } from "./clock/scheduler.js";

export type DriveRules = Pick<DriveConfig, "readOnly" | "discard" | "detectZeroes">;

export class DriveBackend implements BlockBackend {
  readonly readSync?: (offset: number, into: Uint8Array) => boolean;
  readonly writeSync?: (offset: number, from: Uint8Array) => boolean;
  readonly flushSync?: () => boolean;
  readonly discard?: (offset: number, length: number) => Promise<void>;
  readonly writeZeroes?: (offset: number, length: number, unmap: boolean) => Promise<void>;
  readonly resize?: (size: number) => Promise<void>;
  /** Called when the disk has another size. */
  private readonly resized: (() => void)[] = [];
  private readonly moments: Moments;

  constructor(
    private readonly inner: BlockBackend,
    private readonly rules: DriveRules,
    private readonly work: HostWork,
  ) {
    this.moments = new Moments(inner);
    if (inner.readSync) this.readSync = (offset, into) => inner.readSync!(offset, into);
    if (inner.writeSync) {
      this.writeSync = (offset, from) =>
        !rules.readOnly && this.moments.none && !this.becomesZeroes(from) && inner.writeSync!(offset, from);
    }
    if (inner.flushSync) this.flushSync = () => inner.flushSync!();
    const unmaps = rules.discard === true;
    if (inner.discard && unmaps) {
      this.discard = (offset, length) => this.change(offset, length, () => inner.discard!(offset, length));
    }
    if (inner.writeZeroes) {
      this.writeZeroes = (offset, length, unmap) =>
        this.change(offset, length, () => inner.writeZeroes!(offset, length, unmap && unmaps));
    }
    if (inner.resize) {
      this.resize = async (size) => {
        this.moments.fail("the disk has another size now");
        await this.change(0, 0, () => inner.resize!(size));
        for (const listener of this.resized) listener();
      };
    }
  }

  get size(): number {
    return this.inner.size;
  }

  get readOnly(): boolean {
    return this.rules.readOnly || this.inner.readOnly;
  }

  /** `listener` is called when the disk has another size. */
  onResize(listener: () => void): void {
    this.resized.push(listener);
  }

  read(offset: number, into: Uint8Array): Promise<void> {
    return this.work.track(this.inner.read(offset, into));
  }

  write(offset: number, from: Uint8Array): Promise<void> {
    return this.change(offset, from.length, () => {
      if (!this.becomesZeroes(from)) return this.inner.write(offset, from);
      return this.inner.writeZeroes!(offset, from.length, this.rules.detectZeroes === "unmap");
    });
  }

  flush(): Promise<void> {
    return this.work.track(this.inner.flush());
  }

  /** The disk as it is now, for those who read it while the guest goes on. */
  moment(): Promise<Moment> {
    return this.moments.take();
  }

  close(): Promise<void> {
    this.moments.fail("the machine has ended");
    return this.inner.close();
  }

  private change(offset: number, length: number, action: () => Promise<void>): Promise<void> {
    if (this.rules.readOnly) return Promise.reject(new BlockError("the drive is read-only"));
    return this.work.track(this.moments.change(offset, length, action));
  }

  /** detect-zeroes=: what is written is looked at. */
  private becomesZeroes(from: Uint8Array): boolean {
    const { detectZeroes = "off" } = this.rules;
    return detectZeroes !== "off" && this.inner.writeZeroes !== undefined && isZero(from);
  }
}

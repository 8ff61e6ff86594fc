// A disk whose requests wait for their turn.

import type { BlockBackend } from "../interfaces.js";
import type { Throttle } from "./throttle.js";

export class ThrottledDisk implements BlockBackend {
  readonly grow?: (size: number) => void;
  readonly discard?: (offset: number, length: number) => Promise<void>;
  readonly writeZeroes?: (offset: number, length: number, unmap: boolean) => Promise<void>;
  readonly resize?: (size: number) => Promise<void>;

  constructor(
    private readonly disk: BlockBackend,
    private readonly throttle: Throttle,
  ) {
    const { grow, discard, writeZeroes, resize } = disk;
    if (grow) this.grow = (size) => grow.call(disk, size);
    if (resize) this.resize = (size) => resize.call(disk, size);
    if (discard)
      this.discard = (offset, length) => this.turn("write", length, () => discard.call(disk, offset, length));
    if (writeZeroes) {
      this.writeZeroes = (offset, length, unmap) =>
        this.turn("write", length, () => writeZeroes.call(disk, offset, length, unmap));
    }
  }

  get size(): number {
    return this.disk.size;
  }

  get readOnly(): boolean {
    return this.disk.readOnly;
  }

  read(offset: number, into: Uint8Array): Promise<void> {
    return this.turn("read", into.length, () => this.disk.read(offset, into));
  }

  write(offset: number, from: Uint8Array): Promise<void> {
    return this.turn("write", from.length, () => this.disk.write(offset, from));
  }

  flush(): Promise<void> {
    return this.disk.flush();
  }

  close(): Promise<void> {
    return this.disk.close();
  }

  private async turn(way: "read" | "write", bytes: number, action: () => Promise<void>): Promise<void> {
    await this.throttle.turn(way, bytes);
    await action();
  }
}

// A host's file of which, when the power is cut, only that is sure which was synced: of every sector that was written since, any version
// may be there.

import type { BlockBackend } from "../../src/block/interfaces.js";
import type { Random } from "../../testing/random.js";

const SECTOR = 512;

export class Forgetful implements BlockBackend {
  readonly readOnly = false;
  size = 0;
  private cache = new Uint8Array(1 << 16);
  private durable = new Uint8Array(0);
  /** What was written to each sector since the last sync, oldest first. */
  private unsynced = new Map<number, Uint8Array[]>();
  /** Called after each write and around each sync: the power may be cut there. */
  moment = (): void => {};

  constructor(
    private readonly random: Random,
    /** Answers at once. */
    synchronous: boolean,
  ) {
    if (!synchronous) return;
    this.readSync = (offset, into) => {
      into.set(this.cache.subarray(offset, offset + into.length));
      return true;
    };
    this.writeSync = (offset, from) => {
      this.store(offset, from);
      return true;
    };
  }

  readSync?: (offset: number, into: Uint8Array) => boolean;
  writeSync?: (offset: number, from: Uint8Array) => boolean;

  grow(size: number): void {
    this.size = Math.max(this.size, size);
    if (this.size <= this.cache.length) return;
    const cache = new Uint8Array(this.size * 2);
    cache.set(this.cache);
    this.cache = cache;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    await this.turns();
    into.set(this.cache.subarray(offset, offset + into.length));
  }

  async write(offset: number, from: Uint8Array): Promise<void> {
    await this.turns();
    this.store(offset, from);
  }

  async flush(): Promise<void> {
    const { size } = this;
    const taken = new Map([...this.unsynced].map(([sector, versions]) => [sector, versions.at(-1)!]));
    this.moment();
    await this.turns();
    if (this.durable.length < size) {
      const durable = new Uint8Array(size);
      durable.set(this.durable);
      this.durable = durable;
    }
    for (const [sector, version] of taken) {
      const versions = this.unsynced.get(sector) ?? [];
      const index = versions.indexOf(version);
      // Another sync that began later has ended before.
      if (index < 0) continue;
      versions.splice(0, index + 1);
      this.durable.set(version.subarray(0, size - sector * SECTOR), sector * SECTOR);
      if (versions.length === 0) this.unsynced.delete(sector);
    }
    this.moment();
  }

  async close(): Promise<void> {}

  /** What is on the disk if the power is cut now. */
  cut(): Uint8Array {
    const { random } = this;
    const bytes = new Uint8Array(Math.max(this.durable.length, random.below(2) === 0 ? this.size : 0, 512));
    bytes.set(this.durable);
    const how = random.below(4);
    let image = bytes;
    for (const [sector, versions] of this.unsynced) {
      const which = how === 0 ? -1 : how === 1 ? versions.length - 1 : random.below(versions.length + 1) - 1;
      if (which < 0) continue;
      const end = Math.min((sector + 1) * SECTOR, this.size);
      if (end > image.length) {
        const longer = new Uint8Array(end);
        longer.set(image);
        image = longer;
      }
      image.set(versions[which]!.subarray(0, end - sector * SECTOR), sector * SECTOR);
    }
    return image;
  }

  private store(offset: number, from: Uint8Array): void {
    this.cache.set(from, offset);
    const last = Math.floor((offset + from.length - 1) / SECTOR);
    for (let sector = Math.floor(offset / SECTOR); sector <= last; sector++) {
      const versions = this.unsynced.get(sector) ?? [];
      versions.push(this.cache.slice(sector * SECTOR, (sector + 1) * SECTOR));
      this.unsynced.set(sector, versions);
    }
    this.moment();
  }

  private async turns(): Promise<void> {
    for (let k = this.random.below(3); k > 0; k--) await undefined;
  }
}

// A guest that writes and flushes at random, and knows what it was promised: what must be on the disk whenever the power is cut.

import type { FakeMemory } from "../../src/devices/testing.js";
import type { TestQueue } from "../../src/devices/virtio/testing/driver.js";
import type { TestPciDriver } from "../../src/devices/virtio/testing/pci-driver.js";
import type { Random } from "../../testing/random.js";
import { SECTOR } from "./host-disk.js";

const OUT = 1;
const FLUSH = 4;
const WRITE_ZEROES = 13;
const F_FLUSH = 1 << 9;

const RING = 0x1000;
const QUEUE = 64;
/** Requests in flight; each has a slot of memory for its header, data and status. */
const SLOTS = 12;
const SLOT_SIZE = 0x2000;
const SLOTS_AT = 0x4000;
const DATA = 0x100;
const MOST_SECTORS = 8;
/** A device that is not done with this status has been told nothing. */
const PENDING = 0xee;

export const GUEST_MEMORY = SLOTS_AT + SLOTS * SLOT_SIZE;

interface Pending {
  readonly slot: number;
  readonly head: number;
  readonly sectors: readonly number[];
  /** Place of what is written in the history of each sector. */
  readonly places: readonly number[];
  /** For a flush: what the guest knew to be written, and had asked for, in each sector when it asked. */
  readonly covers: Covers | undefined;
}

interface Covers {
  readonly written: readonly number[];
  readonly asked: readonly number[];
}

export class DiskGuest {
  /** What was written to each sector, by first byte; zeros at first. */
  private readonly history: number[][];
  /** Of each sector's history, the last place that the guest knows to be written, and the first that may be on the disk. */
  private readonly written: number[];
  private readonly promised: number[];
  private pending: Pending[] = [];
  private queue!: TestQueue;
  private flushes = false;
  private next = 0;

  constructor(
    private readonly random: Random,
    private readonly driver: TestPciDriver,
    private readonly memory: FakeMemory,
    private readonly sectors: number,
  ) {
    this.history = Array.from({ length: sectors }, () => [0]);
    this.written = new Array(sectors).fill(0);
    this.promised = new Array(sectors).fill(0);
    this.start(true);
  }

  /** Resets the device and starts its driver; `flushes`: one that can flush, where the device has it. */
  start(flushes: boolean): void {
    this.pending = [];
    const wanted = flushes ? F_FLUSH : 0;
    this.flushes = this.driver.negotiate(wanted & this.driver.features(0)) && flushes && this.offersFlush;
    this.queue = this.driver.addQueue(0, RING, QUEUE);
    this.driver.ready();
  }

  get offersFlush(): boolean {
    return (this.driver.features(0) & F_FLUSH) !== 0;
  }

  /** Makes one request available, at random; false when there is no room. */
  request(): boolean {
    if (this.pending.length === SLOTS) return false;
    switch (this.random.below(4)) {
      case 0:
        this.add(FLUSH, [], [], {
          covers: { written: [...this.written], asked: this.history.map(({ length }) => length - 1) },
        });
        return true;
      case 1:
        return this.write(WRITE_ZEROES, 0);
      default:
        this.next = (this.next % 255) + 1;
        return this.write(OUT, this.next);
    }
  }

  kick(): void {
    this.driver.kick();
  }

  /** Takes what the device has answered; answers a text when it promised what does not hold. */
  check(durable: Uint8Array): string | undefined {
    for (const { head } of this.queue.used()) {
      const index = this.pending.findIndex((request) => request.head === head);
      const [request] = this.pending.splice(index, 1);
      if (this.memory.bytes[this.status(request!.slot)] === 0) this.answered(request!);
    }
    for (const [sector, place] of this.promised.entries()) {
      const at = sector * SECTOR;
      const found = durable[at]!;
      if (found !== durable[at + SECTOR / 2] || found !== durable[at + SECTOR - 1]) return `sector ${sector} is torn`;
      if (this.history[sector]!.lastIndexOf(found) >= place) continue;
      return `sector ${sector} has ${found} of [${this.history[sector]}], where from place ${place} on was promised`;
    }
    return undefined;
  }

  private answered({ sectors, places, covers }: Pending): void {
    for (const [k, sector] of sectors.entries()) {
      this.written[sector] = places[k]!;
      if (!this.flushes) this.promised[sector] = places[k]!;
    }
    if (!covers) return;
    for (let sector = 0; sector < this.sectors; sector++) {
      // A write that was on its way when the flush was asked for, and has been answered before it, is flushed too.
      const now = this.written[sector]!;
      const place = now <= covers.asked[sector]! ? now : covers.written[sector]!;
      this.promised[sector] = Math.max(this.promised[sector]!, place);
    }
  }

  /** Writes to sectors that no write under way has. */
  private write(type: number, value: number): boolean {
    const count = 1 + this.random.below(MOST_SECTORS);
    const first = this.random.below(this.sectors - count);
    const sectors = Array.from({ length: count }, (_, k) => first + k);
    if (this.pending.some((request) => request.sectors.some((sector) => sectors.includes(sector)))) return false;
    const places = sectors.map((sector) => this.history[sector]!.push(value) - 1);
    this.add(type, sectors, places, { value });
    return true;
  }

  private add(
    type: number,
    sectors: readonly number[],
    places: readonly number[],
    { value, covers }: { value?: number; covers?: Covers },
  ): void {
    let slot = 0;
    while (this.pending.some((request) => request.slot === slot)) slot++;
    const { memory } = this;
    const header = SLOTS_AT + slot * SLOT_SIZE;
    const data = header + DATA;
    memory.writeU32(header, type);
    memory.writeU32(header + 4, 0);
    memory.writeU32(header + 8, type === OUT ? sectors[0]! : 0);
    memory.writeU32(header + 12, 0);
    const out: { address: number; length: number }[] = [];
    if (type === OUT) {
      memory.bytes.fill(value!, data, data + sectors.length * SECTOR);
      // In two pieces, cut anywhere.
      const cut = this.random.below(sectors.length * SECTOR);
      if (cut > 0) out.push({ address: data, length: cut });
      out.push({ address: data + cut, length: sectors.length * SECTOR - cut });
    } else if (type === WRITE_ZEROES) {
      memory.writeU32(data, sectors[0]!);
      memory.writeU32(data + 4, 0);
      memory.writeU32(data + 8, sectors.length);
      memory.writeU32(data + 12, 0);
      out.push({ address: data, length: 16 });
    }
    memory.writeU8(this.status(slot), PENDING);
    const head = this.queue.add([
      { address: header, length: 16 },
      ...out,
      { address: this.status(slot), length: 1, write: true },
    ]);
    this.pending.push({ slot, head, sectors, places, covers });
  }

  private status(slot: number): number {
    return SLOTS_AT + slot * SLOT_SIZE + 16;
  }
}

// A driver for virtio over PCI, for tests: finds the structures by their capabilities as Linux does and negotiates.

import { assignBars } from "../../pci/assign.js";
import { PciBus } from "../../pci/bus.js";
import { FakeMapper } from "../../pci/testing.js";
import { FakeLines, FakeLog, type FakeMemory, FakeMsi } from "../../testing.js";
import type { VirtioPci } from "../transport/pci/transport.js";
import { TestQueue } from "./driver.js";

export interface Structure {
  readonly bar: number;
  readonly offset: number;
  readonly length: number;
  readonly at: number;
}

/** Any will do. */
const WINDOWS = { mem: { start: 0xfd000000, end: 0xfec00000 }, io: { start: 0xc000, end: 0x10000 } };

export class TestPciDriver {
  readonly mapper = new FakeMapper();
  readonly msi: FakeMsi;
  readonly pirqs: FakeLines;
  readonly log: FakeLog;
  readonly bus: PciBus;
  readonly structures = new Map<number, Structure>();
  readonly queues: TestQueue[] = [];
  private readonly slot: number;

  constructor(
    readonly memory: FakeMemory,
    readonly device: VirtioPci,
    /** What the bus drives, where a test has that. */
    around: { msi?: FakeMsi; pirqs?: FakeLines; log?: FakeLog } = {},
  ) {
    const { msi = new FakeMsi(), pirqs = new FakeLines(4), log = new FakeLog() } = around;
    this.msi = msi;
    this.pirqs = pirqs;
    this.log = log;
    const { mapper } = this;
    this.bus = new PciBus({ mapper, msi, lines: pirqs.lines.slice(0, 4), log });
    this.slot = this.bus.add(device);
    this.plugIn();
  }

  /** Firmware's work and the search for structures; again after a machine reset. */
  plugIn(): void {
    assignBars(this.bus, WINDOWS);
    this.setConfig(4, 2, 0x0006);
    for (let at = this.config(0x34, 1); at !== 0; at = this.config(at + 1, 1)) {
      if (this.config(at, 1) !== 9) continue;
      const offset = this.config(at + 8, 4);
      this.structures.set(this.config(at + 3, 1), {
        bar: this.config(at + 4, 1),
        offset,
        length: this.config(at + 12, 4),
        at,
      });
    }
  }

  config(offset: number, size: number): number {
    return this.bus.readConfig(0, this.slot, 0, offset, size);
  }

  setConfig(offset: number, size: number, value: number): void {
    this.bus.writeConfig(0, this.slot, 0, offset, size, value);
  }

  /** `type` as in the capability: 1 common, 2 notify, 3 ISR, 4 device. */
  read(type: number, offset: number, size: number): number {
    const { region, base } = this.find(type);
    return region.read(base + offset, size);
  }

  write(type: number, offset: number, size: number, value: number): void {
    const { region, base } = this.find(type);
    region.write(base + offset, size, value);
  }

  get status(): number {
    return this.read(1, 20, 1);
  }

  set status(value: number) {
    this.write(1, 20, 1, value);
  }

  features(select: number): number {
    this.write(1, 0, 4, select);
    return this.read(1, 4, 4);
  }

  /** Up to FEATURES_OK, with these bits of low and high half. Answers whether the device agreed. */
  negotiate(low: number, high = 1): boolean {
    this.status = 0;
    this.status = 1;
    this.status = 3;
    this.write(1, 8, 4, 0);
    this.write(1, 12, 4, low);
    this.write(1, 8, 4, 1);
    this.write(1, 12, 4, high);
    this.status = 11;
    return (this.status & 8) !== 0;
  }

  /** Sets up queue `index` at `base` with `size` entries. */
  addQueue(index: number, base: number, size: number, vector = 0xffff): TestQueue {
    const queue = new TestQueue(this.memory, base, size);
    this.write(1, 22, 2, index);
    this.write(1, 24, 2, size);
    this.write(1, 26, 2, vector);
    for (const [at, address] of [
      [32, queue.desc],
      [40, queue.driver],
      [48, queue.device],
    ] as const) {
      this.write(1, at, 4, address);
      this.write(1, at + 4, 4, 0);
    }
    this.write(1, 28, 2, 1);
    this.queues[index] = queue;
    return queue;
  }

  ready(): void {
    this.status = 15;
  }

  kick(index = 0): void {
    this.write(1, 22, 2, index);
    const notifyOffset = this.read(1, 30, 2);
    this.write(2, notifyOffset * this.config(this.structures.get(2)!.at + 16, 4), 2, index);
  }

  /** Programs vector n with data 0x40 + n and enables MSI-X. */
  enableMsix(vectors: number): void {
    for (let at = this.config(0x34, 1); at !== 0; at = this.config(at + 1, 1)) {
      if (this.config(at, 1) !== 0x11) continue;
      const table = this.mapper.find("mem", (this.config(0x14, 4) & ~15) >>> 0)!;
      for (let vector = 0; vector < vectors; vector++) {
        for (const [i, value] of [0xfee00000, 0, 0x40 + vector, 0].entries())
          table.write(vector * 16 + i * 4, 4, value);
      }
      this.setConfig(at + 2, 2, 0x8000);
    }
  }

  private find(type: number) {
    const structure = this.structures.get(type);
    if (structure === undefined) throw new Error(`no structure ${type}`);
    const at = 0x10 + 4 * structure.bar;
    const address = this.config(at + 4, 4) * 2 ** 32 + ((this.config(at, 4) & ~15) >>> 0);
    const region = this.mapper.find("mem", address);
    if (region === undefined) throw new Error(`BAR ${structure.bar} is not mapped`);
    return { region, base: structure.offset };
  }
}

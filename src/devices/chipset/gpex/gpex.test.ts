import { describe, expect, it } from "vitest";
import type { IoRegion } from "../../interfaces.js";
import { PciFunction } from "../../pci/function.js";
import { FakeMapper } from "../../pci/testing.js";
import { restore } from "../../state.js";
import { FakeLines, FakeLog, FakeMemory } from "../../testing.js";
import { VirtioRng } from "../../virtio/rng/device.js";
import { TestQueue } from "../../virtio/testing/driver.js";
import { VirtioPci } from "../../virtio/transport/pci/transport.js";
import { createGpex } from "./gpex.js";

/** As on QEMU's virt of RISC-V. */
const WINDOWS = [
  { kind: "io", address: 0x0300_0000, size: 0x1_0000, busAddress: 0 },
  { kind: "mem", address: 0x4000_0000, size: 0x4000_0000, busAddress: 0x4000_0000 },
  { kind: "mem", address: 0x4_0000_0000, size: 0x4_0000_0000, busAddress: 0x4_0000_0000 },
] as const;

const echo: IoRegion = { read: (offset) => offset, write() {} };

class Card extends PciFunction {
  override readonly name = "card";
  constructor(pin = 1) {
    super({ vendor: 0x1234, device: 0x5678, classCode: 0xff0000, pin });
    this.addBar(0, { kind: "io", size: 32, region: echo });
    this.addBar(1, { kind: "mem", size: 0x1000, region: echo });
    this.addBar(2, { kind: "mem", size: 0x4000, region: echo, wide: true, prefetchable: true });
  }
  interrupt(level: boolean): void {
    this.setIntx(level);
  }
}

function setup() {
  const mapper = new FakeMapper();
  const lines = new FakeLines(4);
  const log = new FakeLog();
  const { bus, ecam } = createGpex({ memory: mapper, windows: WINDOWS, lines: lines.lines, log });
  const at = (slot: number, offset: number) => (slot << 15) | offset;
  const get = (slot: number, offset: number, size = 4) => ecam.read(at(slot, offset), size);
  const set = (slot: number, offset: number, value: number, size = 4) => ecam.write(at(slot, offset), size, value);
  return { mapper, lines, log, bus, ecam, get, set };
}

describe("gpex", () => {
  it("has QEMU's host bridge at 00.0, 4 KiB for each function, and all ones where none is", () => {
    const { ecam, get, bus } = setup();
    expect([get(0, 0), get(0, 8), get(0, 0x0e, 1), get(0, 0x2c)]).toEqual([0x00081b36, 0x06000000, 0, 0x11001af4]);
    expect([get(0, 0x100), get(0, 0xffc), get(0, 0xfff, 1)]).toEqual([0, 0, 0]);
    expect([get(1, 0), get(1, 0x100), ecam.read(0x1000, 4)]).toEqual([0xffffffff, 0xffffffff, 0xffffffff]);
    expect(ecam.read((1 << 20) | 2, 2)).toBe(0xffff);
    expect(ecam.read(0xffffffc, 4)).toBe(0xffffffff);
    expect(bus.add(new Card())).toBe(1);
    ecam.write((1 << 20) | (1 << 15) | 4, 2, 7);
    expect([get(1, 0), get(1, 4, 2)]).toEqual([0x56781234, 0]);
  });

  it("maps BARs behind their windows, where the guest places them", () => {
    const { get, set, bus, mapper, log } = setup();
    bus.add(new Card());
    for (const [offset, mask] of [
      [0x10, 0xffe1],
      [0x14, 0xfffff000],
      [0x18, 0xffffc00c],
      [0x1c, 0xffffffff],
    ] as const) {
      set(1, offset, 0xffffffff);
      expect(get(1, offset)).toBe(mask);
    }
    set(1, 0x10, 0);
    set(1, 0x14, 0x4000_0000);
    set(1, 0x18, 0);
    set(1, 0x1c, 4);
    set(1, 4, 3, 2);
    expect(mapper.ranges()).toEqual(["mem 3000000+20", "mem 40000000+1000", "mem 400000000+4000"]);
    set(1, 0x10, 0x1000);
    expect(mapper.ranges()[0]).toBe("mem 3001000+20");
    expect(log.guestErrors).toEqual([]);
    set(1, 0x14, 0x8000_0000);
    expect(mapper.ranges()).toEqual(["mem 3001000+20", "mem 400000000+4000"]);
    expect(log.guestErrors).toEqual([
      "PCI 01.0 BAR 1 at 0x80000000 is not mapped: it is in no window of the host bridge",
    ]);
    set(1, 4, 0, 2);
    expect(mapper.ranges()).toEqual([]);
  });

  it("wires pins as behind a bridge: slot and pin, round and round", () => {
    const { bus, lines } = setup();
    const line = (slot: number, pin: number) => {
      const card = new Card(pin);
      bus.add(card, slot);
      card.interrupt(true);
      const at = lines.lines.findIndex(({ level }) => level);
      card.interrupt(false);
      return at;
    };
    expect([line(1, 1), line(2, 1), line(3, 1), line(4, 1), line(5, 2), line(6, 4)]).toEqual([1, 2, 3, 0, 2, 1]);
  });

  it("carries virtio by interrupt lines, and is restored with it", async () => {
    const memory = new FakeMemory(0x10000);
    const make = () => {
      const machine = setup();
      const entropy = { fill: (bytes: Uint8Array) => bytes.fill(7) };
      const rng = new VirtioRng(entropy);
      const card = new VirtioPci(rng, { memory, log: machine.log, vectors: 0 });
      machine.bus.add(card);
      return machine;
    };
    const first = make();
    const { get, set, mapper, lines } = first;
    expect(get(1, 0)).toBe(0x10441af4);
    // No MSI-X among the capabilities, and the modern BAR in the 64-bit window.
    const caps: number[] = [];
    const structures = new Map<number, number>();
    for (let at = get(1, 0x34, 1); at !== 0; at = get(1, at + 1, 1)) {
      caps.push(get(1, at, 1));
      structures.set(get(1, at + 3, 1), get(1, at + 8));
    }
    expect(new Set(caps)).toEqual(new Set([9]));
    set(1, 0x20, 0);
    set(1, 0x24, 4);
    set(1, 4, 6, 2);
    const bar = mapper.find("mem", 0x4_0000_0000)!;
    const common = structures.get(1)!;
    const write = (offset: number, size: number, value: number) => bar.write(common + offset, size, value);
    for (const status of [0, 1, 3]) write(20, 1, status);
    write(8, 4, 1);
    write(12, 4, 1);
    write(20, 1, 11);
    const queue = new TestQueue(memory, 0x1000, 8);
    write(22, 2, 0);
    write(24, 2, 8);
    for (const [offset, address] of [
      [32, queue.desc],
      [40, queue.driver],
      [48, queue.device],
    ] as const) {
      write(offset, 4, address);
      write(offset + 4, 4, 0);
    }
    write(28, 2, 1);
    write(20, 1, 15);
    const second = make();
    restore(second.bus, first.bus.save());
    expect(second.bus.save()).toEqual(first.bus.save());
    expect(second.mapper.ranges()).toEqual(first.mapper.ranges());
    queue.add([{ address: 0x8000, length: 16, write: true }]);
    bar.write(structures.get(2)!, 2, 0);
    await Promise.resolve();
    expect(lines.lines.map(({ level }) => level)).toEqual([false, true, false, false]);
    expect(memory.bytes[0x8000]).toBe(7);
    expect(bar.read(structures.get(3)!, 1)).toBe(1);
    expect(lines.at(1).level).toBe(false);
  });
});

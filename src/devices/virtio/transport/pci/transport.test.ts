import { describe, expect, it } from "vitest";
import { restore } from "../../../state.js";
import { FakeLog, FakeMemory } from "../../../testing.js";
import { VirtioDevice } from "../../device.js";
import type { Chain } from "../../queue/virtqueue.js";
import { TestPciDriver } from "../../testing/pci-driver.js";
import { VirtioPci } from "./transport.js";

const RING = 0x1000;
const DATA = 0x8000;
const INDIRECT = 1 << 28;
const EVENT_INDEX = 1 << 29;

/** Gives every chain back at once, or keeps them while `hold` is set. */
class Echo extends VirtioDevice {
  override readonly name = "virtio-echo";
  override readonly deviceId = 42;
  override readonly pciClass = 0xff0000;
  override readonly queueSizes = [64, 8];
  override readonly features = [0, 5];
  protected override config = Uint8Array.of(1, 2, 3, 4, 5);
  resets = 0;
  kicks = 0;

  override handleQueue(index: number): void {
    this.kicks++;
    const queue = this.transport.queue(index);
    for (let chain: Chain | undefined = queue.pop(); chain !== undefined; chain = queue.pop()) queue.push(chain, 0);
    this.transport.notify(index);
  }

  override reset(): void {
    this.resets++;
  }

  change(): void {
    this.config[0] = 9;
    this.transport.configChanged();
  }
}

function plug(vectors?: number) {
  const memory = new FakeMemory(0x20000);
  const log = new FakeLog();
  const device = new Echo();
  const pci = new VirtioPci(device, { memory, log, ...(vectors !== undefined && { vectors }) });
  return { memory, log, device, pci, driver: new TestPciDriver(memory, pci) };
}

function run(vectors?: number) {
  const machine = plug(vectors);
  const { driver } = machine;
  expect(driver.negotiate(INDIRECT)).toBe(true);
  return { ...machine, queue: driver.addQueue(0, RING, 16) };
}

describe("identity", () => {
  it("is a modern virtio device with all five structures", () => {
    const { driver } = plug();
    expect(driver.config(0, 4)).toBe(((0x1040 + 42) << 16) | 0x1af4);
    expect(driver.config(8, 1)).toBe(1);
    expect([...driver.structures.keys()].sort()).toEqual([1, 2, 3, 4, 5]);
    expect(driver.structures.get(1)?.length).toBeGreaterThanOrEqual(56);
    expect(driver.config(0x3d, 1)).toBe(1);
  });

  it("describes its queues: number, sizes, zero for one that does not exist", () => {
    const { driver } = plug();
    expect(driver.read(1, 18, 2)).toBe(2);
    const sizes = [0, 1, 2, 9].map((index) => {
      driver.write(1, 22, 2, index);
      return driver.read(1, 24, 2);
    });
    expect(sizes).toEqual([64, 8, 0, 0]);
    driver.write(1, 22, 2, 1);
    expect([driver.read(1, 28, 2), driver.read(1, 30, 2)]).toEqual([0, 1]);
  });

  it("has configuration readable in all widths, zero past its end", () => {
    const { driver } = plug();
    expect(driver.read(4, 0, 4)).toBe(0x04030201);
    expect(driver.read(4, 2, 2)).toBe(0x0403);
    expect(driver.read(4, 4, 4)).toBe(5);
    expect(driver.read(4, 100, 1)).toBe(0);
  });
});

describe("negotiation", () => {
  it("offers the device's bits, the rings' and VERSION_1", () => {
    const { driver } = plug();
    expect(driver.features(0)).toBe((INDIRECT | EVENT_INDEX | 0x21) >>> 0);
    expect(driver.features(1)).toBe(1);
    expect(driver.features(2)).toBe(0);
  });

  it("refuses bits that were not offered, and drivers without VERSION_1", () => {
    const { driver } = plug();
    expect(driver.negotiate(2)).toBe(false);
    expect(driver.negotiate(1, 0)).toBe(false);
    expect(driver.negotiate(1)).toBe(true);
    driver.write(1, 12, 4, 0); // too late
    expect(driver.read(1, 12, 4)).toBe(1);
  });

  it("starts over on reset", () => {
    const { driver, device, queue } = run();
    driver.ready();
    driver.status = 0;
    expect(driver.status).toBe(0);
    expect(device.resets).toBeGreaterThan(0);
    driver.write(1, 22, 2, 0);
    expect([driver.read(1, 28, 2), driver.read(1, 24, 2), driver.read(1, 32, 4)]).toEqual([0, 64, 0]);
    const { kicks } = device;
    driver.kick();
    expect(device.kicks).toBe(kicks);
    expect(queue.usedIndex).toBe(0);
  });
});

describe("queues", () => {
  it("are served on notification, not before DRIVER_OK, but then what was missed", () => {
    const { driver, queue } = run();
    queue.add([{ address: DATA, length: 4 }]);
    driver.kick();
    expect(queue.usedIndex).toBe(0);
    driver.ready();
    expect(queue.usedIndex).toBe(1);
    queue.add([{ address: DATA, length: 4 }]);
    driver.kick();
    expect(queue.used()).toHaveLength(2);
  });

  it("cannot be moved while they run", () => {
    const { driver } = run();
    driver.write(1, 32, 4, 0x5000);
    driver.write(1, 24, 2, 4);
    expect([driver.read(1, 32, 4), driver.read(1, 24, 2)]).toEqual([RING, 16]);
  });

  it("take 64-bit addresses by halves and stop the device when those are not RAM", () => {
    const { driver, log } = plug();
    driver.negotiate(0);
    driver.write(1, 36, 4, 0x00012345);
    driver.write(1, 32, 4, 0x9abcdef0);
    expect([driver.read(1, 32, 4), driver.read(1, 36, 4)]).toEqual([0x9abcdef0, 0x00012345]);
    driver.write(1, 28, 2, 1);
    expect(driver.status & 0x40).toBe(0x40);
    expect(log.guestErrors[0]).toMatch(/^virtio-echo-pci: descriptor table at 0x123459abcdef0/);
  });

  it("are not touched while bus mastering is off", () => {
    const { driver, queue, log } = run();
    driver.ready();
    driver.setConfig(4, 2, 0x0002);
    queue.add([{ address: DATA, length: 4 }]);
    driver.kick();
    expect(queue.usedIndex).toBe(0);
    expect(log.guestErrors[0]).toContain("bus mastering");
  });
});

describe("a broken driver", () => {
  it("finds DEVICE_NEEDS_RESET and an interrupt, and can start over", () => {
    const { driver, queue, log } = run();
    driver.ready();
    queue.makeAvailable(99);
    driver.kick();
    expect(log.guestErrors).toEqual(["virtio-echo-pci: available head 99 is outside the queue of 16"]);
    expect(driver.status).toBe(0x4f);
    expect(driver.pirqs.lines.some((line) => line.level)).toBe(true);
    expect(driver.read(3, 0, 1)).toBe(2);
    driver.kick();
    expect(log.guestErrors).toHaveLength(1);
    driver.status = 0x0f;
    expect(driver.status).toBe(0x4f);
    driver.negotiate(0);
    const again = driver.addQueue(0, RING, 16);
    driver.ready();
    again.add([{ address: DATA, length: 4 }]);
    driver.kick();
    expect(again.usedIndex).toBe(1);
  });
});

describe("interrupts", () => {
  it("use INTx with its status register, read to clear", () => {
    const { driver, queue, device } = run();
    driver.ready();
    const asserted = () => driver.pirqs.lines.filter((line) => line.level).length;
    queue.add([{ address: DATA, length: 4 }]);
    driver.kick();
    expect(asserted()).toBe(1);
    expect(driver.config(6, 2) & 8).toBe(8);
    device.change();
    expect(driver.read(3, 0, 1)).toBe(3);
    expect(asserted()).toBe(0);
    expect(driver.read(3, 0, 1)).toBe(0);
  });

  it("use MSI-X vectors once enabled", () => {
    const { driver, device } = plug();
    driver.enableMsix(device.queueSizes.length + 1);
    driver.negotiate(0);
    driver.write(1, 16, 2, 0);
    const queue = driver.addQueue(0, RING, 16, 1);
    driver.ready();
    queue.add([{ address: DATA, length: 4 }]);
    driver.kick();
    device.change();
    expect(driver.msi.sent.map((message) => message.data)).toEqual([0x41, 0x40]);
    expect(driver.pirqs.lines.some((line) => line.level)).toBe(false);
    queue.setFlags(1);
    queue.add([{ address: DATA, length: 4 }]);
    driver.kick();
    expect(driver.msi.sent).toHaveLength(2);
  });

  it("refuse vectors that do not exist", () => {
    const { driver } = plug(2);
    driver.write(1, 16, 2, 1);
    expect(driver.read(1, 16, 2)).toBe(1);
    driver.write(1, 16, 2, 2);
    expect(driver.read(1, 16, 2)).toBe(0xffff);
  });

  it("work without MSI-X at all", () => {
    const { driver, queue } = run(0);
    driver.ready();
    queue.add([{ address: DATA, length: 4 }]);
    driver.kick();
    expect(driver.read(3, 0, 1)).toBe(1);
  });
});

describe("the configuration", () => {
  it("has a generation that changes with it", () => {
    const { driver, device } = plug();
    const before = driver.read(1, 21, 1);
    device.change();
    expect(driver.read(1, 21, 1)).not.toBe(before);
    expect(driver.read(4, 0, 1)).toBe(9);
  });

  it("can be reached through config space alone", () => {
    const { driver } = plug();
    driver.setConfig(4, 2, 0); // no decoding
    const { at } = driver.structures.get(5)!;
    const point = (offset: number, length: number) => {
      driver.setConfig(at + 4, 1, 4);
      driver.setConfig(at + 8, 4, offset);
      driver.setConfig(at + 12, 4, length);
    };
    point(0x2000, 2);
    expect(driver.config(at + 16, 4)).toBe(0x0201);
    point(20, 1);
    driver.setConfig(at + 16, 4, 3);
    expect(driver.config(at + 16, 1)).toBe(3);
    for (const [offset, length] of [
      [0x2001, 2],
      [0x4000, 4],
      [0, 8],
      [0xfffffffc, 4],
    ] as const) {
      point(offset, length);
      expect(driver.config(at + 16, 4)).toBe(0);
      driver.setConfig(at + 16, 4, 1);
    }
    driver.setConfig(at + 4, 1, 5);
    expect(driver.config(at + 16, 4)).toBe(0);
  });
});

describe("any access", () => {
  it("of any width anywhere in the BAR leaves the host alive", () => {
    const { driver } = run();
    const region = driver.mapper.find("mem", (driver.config(0x20, 4) & ~15) >>> 0)!;
    for (let offset = 0; offset < 0x4000; offset += offset % 0x1000 < 0x80 ? 1 : 0x80) {
      for (const size of [1, 2, 4]) {
        const value = region.read(offset, size);
        expect(value >= 0 && value < 2 ** (8 * size)).toBe(true);
        region.write(offset, size, 2 ** (8 * size) - 1);
        region.write(offset, size, 0);
      }
    }
  });
});

it("goes on after saving and loading into another device", () => {
  const { driver, queue, memory, log, pci } = run();
  driver.ready();
  queue.add([{ address: DATA, length: 4 }]);
  driver.kick();
  const state = driver.bus.save();
  const other = new VirtioPci(new Echo(), { memory, log });
  const restored = new TestPciDriver(memory, other);
  restore(restored.bus, state);
  expect(restored.pirqs.lines.map((line) => line.level)).toEqual(driver.pirqs.lines.map((line) => line.level));
  expect(restored.status).toBe(15);
  queue.add([{ address: DATA, length: 4 }]);
  restored.kick();
  expect(queue.usedIndex).toBe(2);
  expect(restored.read(3, 0, 1)).toBe(1);
  pci.reset();
  expect(driver.config(4, 2)).toBe(0);
});

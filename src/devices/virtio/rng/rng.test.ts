import { expect, it } from "vitest";
import { restore } from "../../state.js";
import { FakeClock, FakeLog, FakeMemory } from "../../testing.js";
import { TestPciDriver } from "../testing/pci-driver.js";
import { VirtioPci } from "../transport/pci/transport.js";
import { VirtioRng } from "./device.js";

it("fills every writable byte from the source, and no other", () => {
  const memory = new FakeMemory(0x100000);
  const rng = new VirtioRng({ fill: (bytes) => void bytes.fill(0xa5) });
  const driver = new TestPciDriver(memory, new VirtioPci(rng, { memory, log: new FakeLog() }));
  expect(driver.config(0, 4)).toBe(0x10441af4);
  driver.negotiate(0);
  const queue = driver.addQueue(0, 0x1000, 8);
  driver.ready();
  queue.add([
    { address: 0x4000, length: 3, write: true },
    { address: 0x5000, length: 5, write: true },
  ]);
  queue.add([{ address: 0x6000, length: 4 }]);
  queue.add([{ address: 0x10000, length: 0x18000, write: true }]);
  driver.kick();
  expect(queue.used().map((used) => used.written)).toEqual([8, 0, 0x10000]);
  const filled = (address: number, length: number) =>
    memory.bytes.subarray(address, address + length).every((byte) => byte === 0xa5);
  expect([filled(0x4000, 3), filled(0x5000, 5), filled(0x10000, 0x10000)]).toEqual([true, true, true]);
  expect([memory.bytes[0x4003], memory.bytes[0x6000], memory.bytes[0x20000]]).toEqual([0, 0, 0]);
  expect(driver.read(3, 0, 1)).toBe(1);
});

it("gives no more than its limit in a period, keeps the rest waiting, and goes on where it was after load", () => {
  const memory = new FakeMemory(0x100000);
  const clock = new FakeClock();
  const make = () => new VirtioRng({ fill: (bytes) => void bytes.fill(1) }, { clock, maxBytes: 10, periodNs: 1e6 });
  const rng = make();
  const driver = new TestPciDriver(memory, new VirtioPci(rng, { memory, log: new FakeLog() }));
  driver.negotiate(0);
  const queue = driver.addQueue(0, 0x1000, 8);
  driver.ready();
  for (const address of [0x4000, 0x5000, 0x6000]) queue.add([{ address, length: 8, write: true }]);
  driver.kick();
  expect(queue.used().map((used) => used.written)).toEqual([8, 2]);
  const saved = rng.save();
  expect(saved).toEqual({ left: 0, end: 1e6 });
  clock.advance(0.9e6);
  expect(queue.used()).toEqual([]);
  const other = make();
  new VirtioPci(other, { memory, log: new FakeLog() });
  restore(other, saved);
  expect(other.save()).toEqual(saved);
  clock.advance(0.2e6);
  expect(queue.used().map((used) => used.written)).toEqual([8]);
});

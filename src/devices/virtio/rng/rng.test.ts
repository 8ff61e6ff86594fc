import { expect, it } from "vitest";
import { FakeLog, FakeMemory } from "../../testing.js";
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

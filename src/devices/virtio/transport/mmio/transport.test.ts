// Virtio over MMIO as a driver meets it: identity, negotiation, queues, interrupts, wrong accesses, state.

import { expect, it } from "vitest";
import { StateReader } from "../../../state.js";
import { FakeLine, FakeLog, FakeMemory } from "../../../testing.js";
import { VirtioRng } from "../../rng/device.js";
import { TestQueue } from "../../testing/driver.js";
import * as reg from "./registers.js";
import { EMPTY_SLOT, VirtioMmio } from "./transport.js";

function setup() {
  const memory = new FakeMemory(0x100000);
  const line = new FakeLine();
  const log = new FakeLog();
  const make = () =>
    new VirtioMmio(new VirtioRng({ fill: (bytes) => void bytes.fill(0x5a) }), { memory, log, irq: line });
  const device = make();
  const write = (offset: number, value: number) => device.write(offset, 4, value);
  const read = (offset: number) => device.read(offset, 4);
  const negotiate = () => {
    write(reg.STATUS, 0);
    write(reg.STATUS, 3);
    write(reg.DRIVER_FEATURES_SEL, 1);
    write(reg.DRIVER_FEATURES, 1);
    write(reg.STATUS, 11);
  };
  const addQueue = () => {
    const queue = new TestQueue(memory, 0x1000, 8);
    write(reg.QUEUE_SEL, 0);
    write(reg.QUEUE_NUM, 8);
    for (const [at, address] of [
      [reg.QUEUE_DESC, queue.desc],
      [reg.QUEUE_DRIVER, queue.driver],
      [reg.QUEUE_DEVICE, queue.device],
    ]) {
      write(at!, address!);
      write(at! + 4, 0);
    }
    write(reg.QUEUE_READY, 1);
    return queue;
  };
  return { memory, line, log, make, device, write, read, negotiate, addQueue };
}

it("says what it is", () => {
  const { read, write } = setup();
  expect([reg.MAGIC, reg.VERSION, reg.DEVICE_ID].map(read)).toEqual([0x74726976, 2, 4]);
  write(reg.DEVICE_FEATURES_SEL, 1);
  expect(read(reg.DEVICE_FEATURES)).toBe(1);
  expect([read(reg.QUEUE_NUM_MAX), read(reg.SHM_LEN)]).toEqual([8, 0xffffffff]);
  write(reg.QUEUE_SEL, 1);
  expect(read(reg.QUEUE_NUM_MAX)).toBe(0);
  expect([0, 4, 8].map((offset) => EMPTY_SLOT.read(offset, 4))).toEqual([0x74726976, 2, 0]);
});

it("serves a queue, and holds its line until the driver has acknowledged", () => {
  const { memory, line, read, write, negotiate, addQueue } = setup();
  negotiate();
  expect(read(reg.STATUS)).toBe(11);
  const queue = addQueue();
  expect(read(reg.QUEUE_READY)).toBe(1);
  queue.add([{ address: 0x4000, length: 16, write: true }]);
  write(reg.QUEUE_NOTIFY, 0);
  // Not before DRIVER_OK, which looks at what was notified of earlier.
  expect([queue.usedIndex, line.level]).toEqual([0, false]);
  write(reg.STATUS, 15);
  expect(queue.used()).toEqual([{ head: 0, written: 16 }]);
  expect([memory.bytes[0x4000], line.level, read(reg.INTERRUPT_STATUS)]).toEqual([0x5a, true, 1]);
  write(reg.INTERRUPT_ACK, 1);
  expect([line.level, read(reg.INTERRUPT_STATUS)]).toEqual([false, 0]);
});

it("does not agree to what it has not offered", () => {
  const { read, write } = setup();
  write(reg.STATUS, 3);
  write(reg.DRIVER_FEATURES, 1);
  write(reg.STATUS, 11);
  expect(read(reg.STATUS)).toBe(3);
});

it("stops at a queue that cannot be, until it is reset", () => {
  const { log, read, write, negotiate } = setup();
  negotiate();
  write(reg.QUEUE_NUM, 3);
  write(reg.QUEUE_READY, 1);
  expect(read(reg.STATUS) & 64).toBe(64);
  expect(log.guestErrors.at(-1)).toContain("queue size 3 is not a power of two");
  write(reg.STATUS, 0);
  expect(read(reg.STATUS)).toBe(0);
});

it("has registers of four bytes", () => {
  const { device, log } = setup();
  expect([device.read(0, 1), device.read(2, 4)]).toEqual([0, 0]);
  device.write(reg.STATUS, 1, 3);
  expect(device.read(reg.STATUS, 4)).toBe(0);
  expect(log.guestErrors).toHaveLength(3);
});

it("is the same after save, load and save", () => {
  const { device, make, line, write, negotiate, addQueue } = setup();
  negotiate();
  const queue = addQueue();
  write(reg.STATUS, 15);
  queue.add([{ address: 0x4000, length: 16, write: true }]);
  write(reg.QUEUE_NOTIFY, 0);
  const state = device.save();
  const other = make();
  line.set(false);
  other.load(new StateReader(other.name, state));
  expect(line.level).toBe(false);
  other.settle();
  expect([other.save(), line.level]).toEqual([state, true]);
});

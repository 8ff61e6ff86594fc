// A driver of a console device of two ports whose only state is the rings: sets queues up, sends control messages and output, gives room
// for input.

import type { FakeMemory } from "../../src/devices/testing.js";
import * as reg from "../../src/devices/virtio/serial/registers.js";
import type { TestPciDriver } from "../../src/devices/virtio/testing/pci-driver.js";

const QUEUES = 6;
const SIZE = 8;
/** Of each queue: descriptors, and the two rings behind them. */
const RINGS = 0x1000;
const RING = 0x200;
const BUFFERS = 0x2000;
const BUFFER = 0x40;
const WRITE = 2;

const at = (queue: number): number => RINGS + RING * queue;
const avail = (queue: number): number => at(queue) + 16 * SIZE;
const used = (queue: number): number => avail(queue) + 64;

export function driveSerial(driver: TestPciDriver, memory: FakeMemory): ((value: number) => void)[] {
  const offer = (queue: number, length: number, flags: number, bytes: readonly number[] = []): void => {
    const index = memory.readU16(avail(queue) + 2);
    const n = index % SIZE;
    const buffer = BUFFERS + BUFFER * (queue * SIZE + n);
    memory.write(buffer, Uint8Array.from(bytes));
    memory.writeU32(at(queue) + 16 * n, buffer);
    memory.writeU32(at(queue) + 16 * n + 4, 0);
    memory.writeU32(at(queue) + 16 * n + 8, length);
    memory.writeU32(at(queue) + 16 * n + 12, flags);
    memory.writeU16(avail(queue) + 4 + 2 * n, n);
    memory.writeU16(avail(queue) + 2, index + 1);
    driver.kick(queue);
  };
  const setUp = (value: number): void => {
    if (value & 4) driver.enableMsix(QUEUES + 1);
    memory.write(RINGS, new Uint8Array(RING * QUEUES));
    driver.negotiate(value & 1 ? 1 << reg.F_MULTIPORT : 0);
    for (let queue = 0; queue < QUEUES; queue++) {
      driver.write(1, 22, 2, queue);
      driver.write(1, 24, 2, SIZE);
      driver.write(1, 26, 2, queue);
      for (const [register, address] of [
        [32, at(queue)],
        [40, avail(queue)],
        [48, used(queue)],
      ] as const) {
        driver.write(1, register, 4, address);
        driver.write(1, register + 4, 4, 0);
      }
      driver.write(1, 28, 2, 1);
    }
    driver.ready();
  };
  const port = (value: number): number => (value >> 3) & 1;
  const control = (value: number): void =>
    offer(reg.CONTROL_OUT, 8, 0, [port(value), 0, 0, 0, [0, 3, 6, 6][value & 3]!, 0, (value >> 2) & 1, 0]);
  const hear = (): void => offer(reg.CONTROL_IN, 32, WRITE);
  const write = (value: number): void =>
    offer(reg.inputQueue(port(value)) + 1, 1 + (value & 7), 0, [value & 0x7f, 0x61, 0x62]);
  const read = (value: number): void => offer(reg.inputQueue(port(value)), 1 + (value & 7), WRITE);
  return [setUp, control, control, hear, write, read].map((event) => (value: number) => {
    driver.setConfig(4, 2, 0);
    driver.plugIn();
    event(value);
  });
}

// The console device as drivers meet it: one port or many, consoles and ports with names, bytes both ways, sizes, nonsense, state.

import { describe, expect, it } from "vitest";
import { restore } from "../../state.js";
import { FakeChar, FakeLog, FakeMemory } from "../../testing.js";
import type { TestQueue } from "../testing/driver.js";
import { TestPciDriver } from "../testing/pci-driver.js";
import { VirtioPci } from "../transport/pci/transport.js";
import { VirtioSerial } from "./device.js";
import { type PortOptions, VirtioSerialPort } from "./port.js";
import * as reg from "./registers.js";

class Terminal extends FakeChar {
  size = { columns: 80, rows: 25 };
  opens: boolean[] = [];
  resized?: () => void;
  opened(open: boolean): void {
    this.opens.push(open);
  }
}

const MULTIPORT = 1 << reg.F_MULTIPORT;

function setup(ports: (Omit<PortOptions, "backend"> & { backend?: Terminal })[], features = MULTIPORT, maxPorts = 4) {
  const memory = new FakeMemory(0x40000);
  const log = new FakeLog();
  const make = () => {
    const serial = new VirtioSerial({ maxPorts, emergencyWrite: true });
    const made = ports.map((options) => new VirtioSerialPort(options));
    for (const port of made) serial.offers.plug(port);
    return serial;
  };
  const serial = make();
  const driver = new TestPciDriver(memory, new VirtioPci(serial, { memory, log }));
  const begin = () => {
    driver.negotiate(features);
    for (const index of serial.queueSizes.keys()) driver.addQueue(index, 0x1000 + 0x400 * index, 16);
    driver.ready();
  };
  begin();
  let room = 0x10000;
  const queue = (index: number): TestQueue => driver.queues[index]!;
  const give = (index: number, length: number) => {
    room += 0x100;
    queue(index).add([{ address: room, length, write: true }]);
    driver.kick(index);
    return room;
  };
  const send = (index: number, ...bytes: number[]) => {
    room += 0x100;
    memory.write(room, Uint8Array.from(bytes));
    queue(index).add([{ address: room, length: bytes.length }]);
    driver.kick(index);
  };
  const control = (port: number, event: number, value: number) =>
    send(reg.CONTROL_OUT, port, 0, 0, 0, event, 0, value, 0);
  /** Takes the control messages that there are. */
  const messages = () => {
    const found: number[][] = [];
    for (;;) {
      const at = give(reg.CONTROL_IN, 64);
      const [used] = queue(reg.CONTROL_IN).used();
      if (!used) return found;
      found.push([...memory.bytes.subarray(at, at + used.written)]);
    }
  };
  return { memory, log, make, serial, driver, begin, queue, give, send, control, messages };
}

const message = (port: number, event: number, value: number, ...more: number[]) => [
  ...[port, 0, 0, 0, event, 0, value, 0],
  ...more,
];

describe("a driver of several ports", () => {
  it("is told of each port what it is, and that its other end is open", () => {
    const { control, queue, give, memory, driver, log } = setup([
      { type: "virtserialport", portName: "x.0", backend: new Terminal() },
      { type: "virtconsole", backend: new Terminal() },
      { type: "virtserialport", number: 3 },
    ]);
    expect(driver.config(0, 4)).toBe(0x10431af4);
    expect([driver.read(4, reg.CONFIG_MAX_PORTS, 4), driver.read(4, 0, 2), driver.read(4, 2, 2)]).toEqual([4, 80, 25]);
    control(0, reg.DEVICE_READY, 1);
    for (const port of [0, 1, 3]) control(port, reg.PORT_READY, 1);
    control(9, reg.PORT_READY, 1);
    const found: number[][] = [];
    for (let n = 0; n < 8; n++) {
      const at = give(reg.CONTROL_IN, 64);
      for (const { written } of queue(reg.CONTROL_IN).used()) found.push([...memory.bytes.subarray(at, at + written)]);
    }
    expect(found).toEqual([
      ...[0, 1, 3].map((port) => message(port, reg.PORT_ADD, 1)),
      message(0, reg.CONSOLE_PORT, 1),
      message(0, reg.RESIZE, 0, 25, 0, 80, 0),
      message(0, reg.PORT_OPEN, 1),
      message(1, reg.PORT_NAME, 1, 0x78, 0x2e, 0x30, 0),
      message(1, reg.PORT_OPEN, 1),
    ]);
    expect(log.guestErrors.join()).toContain("port 9, which there is not");
  });

  it("gets what is typed while it has the port open, as far as it has room", () => {
    const backend = new Terminal();
    const { control, give, queue, memory, driver } = setup([{ type: "virtserialport", backend }]);
    const input = reg.inputQueue(1);
    backend.type("early");
    const first = give(input, 3);
    expect([backend.pending.length, queue(input).used()]).toEqual([5, []]);
    control(1, reg.PORT_OPEN, 1);
    expect([backend.opens, queue(input).used()]).toEqual([[true], [{ head: 0, written: 3 }]]);
    const second = give(input, 3);
    expect(queue(input).used()).toEqual([{ head: 1, written: 2 }]);
    const text = (at: number, length: number) => String.fromCharCode(...memory.bytes.subarray(at, at + length));
    expect(text(first, 3) + text(second, 2)).toBe("early");
    give(input, 8);
    backend.type("later");
    expect(queue(input).used()).toEqual([{ head: 2, written: 5 }]);
    control(1, reg.PORT_OPEN, 0);
    give(input, 8);
    backend.type("lost?");
    expect([backend.opens, queue(input).used(), backend.pending.length]).toEqual([[true, false], [], 5]);
    // A reset closes what is open.
    control(1, reg.PORT_OPEN, 1);
    driver.negotiate(MULTIPORT);
    expect(backend.opens).toEqual([true, false, true, false]);
  });

  it("writes to the port's back end, whoever reads, and is told of sizes", () => {
    const backend = new Terminal();
    const { control, send, messages } = setup([{ type: "virtconsole", backend }, { type: "virtserialport" }]);
    control(0, reg.PORT_OPEN, 1);
    send(1, 0x68, 0x69);
    send(reg.inputQueue(1) + 1, 1, 2, 3);
    send(reg.inputQueue(2) + 1, 1, 2, 3);
    expect(backend.text).toBe("hi");
    expect(messages()).toEqual([]);
  });

  it("learns of another size by a message", () => {
    const backend = new Terminal();
    const { control, give, memory, driver } = setup([{ type: "virtconsole", backend }]);
    control(0, reg.PORT_OPEN, 1);
    const at = give(reg.CONTROL_IN, 64);
    backend.size = { columns: 132, rows: 50 };
    backend.resized?.();
    expect([...memory.bytes.subarray(at, at + 12)]).toEqual(message(0, reg.RESIZE, 0, 50, 0, 132, 0));
    expect(driver.read(4, 0, 2)).toBe(132);
  });
});

it("a driver of one port has port 0, and no messages", () => {
  const backend = new Terminal();
  const { send, give, queue, driver } = setup([{ type: "virtconsole", backend }], 0);
  send(1, 0x41);
  give(0, 4);
  backend.type("xy");
  expect([backend.text, queue(0).used()]).toEqual(["A", [{ head: 0, written: 2 }]]);
  driver.write(4, reg.CONFIG_EMERGENCY, 4, 0x42);
  expect(backend.text).toBe("AB");
});

it("takes nonsense from a driver, and keeps a limit", () => {
  const { control, send, log } = setup([{ type: "virtserialport", backend: new Terminal(), portName: "n" }]);
  send(reg.CONTROL_OUT, 1, 2, 3);
  control(1, 77, 1);
  for (let n = 0; n < 100; n++) control(1, reg.PORT_READY, 1);
  expect(log.guestErrors[0]).toContain("shorter than 8 bytes");
  expect(log.guestErrors[1]).toContain("77");
  expect(log.guestErrors.at(-1)).toContain("no room for control messages");
});

it("does not write out more of a buffer than any driver sends", () => {
  const backend = new Terminal();
  const { queue, driver, log } = setup([{ type: "virtconsole", backend }]);
  queue(1).add(Array.from({ length: 12 }, () => ({ address: 0x10000, length: 0x20000 })));
  driver.kick(1);
  expect([queue(1).used().length, backend.output.length]).toEqual([1, 1 << 20]);
  expect(log.guestErrors.at(-1)).toContain("only 1048576 bytes");
});

it("refuses ports that cannot be, in a sentence", () => {
  const ports = (...numbers: (number | undefined)[]) =>
    setup(numbers.map((number) => ({ type: "virtserialport" as const, number })));
  expect(() => ports(0)).toThrow("port 0 is for a virtconsole");
  expect(() => ports(4)).toThrow("there are ports 0 to 3");
  expect(() => ports(2, 2)).toThrow("there is a port 2 already");
  expect(() => ports(undefined, undefined, undefined, undefined)).toThrow("there are ports 0 to 3");
});

it("is the same after save, load and save, and tells the back end what the guest has open", () => {
  const backend = new Terminal();
  const ports = [{ type: "virtserialport" as const, portName: "n", backend }];
  const { serial, control } = setup(ports);
  control(0, reg.DEVICE_READY, 1);
  control(1, reg.PORT_OPEN, 1);
  const state = serial.save();
  const again = new Terminal();
  const other = new VirtioSerial({ maxPorts: 4, emergencyWrite: true });
  other.offers.plug(new VirtioSerialPort({ type: "virtserialport", portName: "n", backend: again }));
  new VirtioPci(other, { memory: new FakeMemory(16), log: new FakeLog() });
  restore(other, state);
  expect([other.save(), again.opens]).toEqual([state, [true]]);
});

import { describe, expect, it } from "vitest";
import { FakeLog } from "../devices/testing.js";
import { Bus } from "./bus.js";
import { HostTime, VirtualClock } from "./clock/clock.js";

function setup() {
  let host = 1000;
  const bus = new Bus(new FakeLog(), () => host++);
  const time = new HostTime(bus.hostNow);
  const clock = new VirtualClock(time);
  let polls = 0;
  bus.attach({ clock, time, poll: () => polls++ });
  time.start();
  return { bus, clock, polls: () => polls, host: () => host };
}

describe("Bus", () => {
  it("gives a device one time for as long as it is accessed", () => {
    const { bus, clock, polls } = setup();
    const seen: number[] = [];
    const look = () => seen.push(bus.hostNow(), clock.now(), bus.hostNow(), clock.now());
    bus.memory.map(0x1000, 4, "clock", { read: () => look(), write: look });
    bus.write(bus.memory, 0x1000, 4, 1);
    expect([seen[0] === seen[2], seen[1] === seen[3], polls()]).toEqual([true, true, 1]);
    bus.read(bus.memory, 0x1000, 4);
    expect(seen[4]! > seen[0]!).toBe(true);
    expect(polls()).toBe(2);
    // Between accesses time goes on.
    const before = clock.now();
    expect(clock.now()).toBeGreaterThan(before);
  });

  it("knows no time before there is a clock, and keeps the two spaces apart", () => {
    const bus = new Bus(new FakeLog(), () => 5);
    expect(bus.now()).toBe(0);
    bus.ports.map(0x60, 1, "keys", { read: () => 0xaa, write() {} });
    expect([bus.ports.read(0x60, 1), bus.memory.read(0x60, 1)]).toEqual([0xaa, 0xff]);
  });
});

// What is no device and has a state of its own: clocks, random numbers, what was written to a disk, a terminal that several share.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MemoryBackend } from "../../src/block/backends/memory.js";
import { MemoryOverlay } from "../../src/block/overlay.js";
import { Mux } from "../../src/chardev/mux.js";
import type { DeviceState, Stateful } from "../../src/devices/interfaces.js";
import { StateError, StateReader } from "../../src/devices/state.js";
import { FakeClock } from "../../src/devices/testing.js";
import { HostTime, InstructionTime, VirtualClock } from "../../src/machine/clock/clock.js";
import { SteadyTime } from "../../src/machine/clock/steady-time.js";
import { createWallClock } from "../../src/machine/clock/wall-clock.js";
import { RandomNumbers, seededEntropy } from "../../src/machine/entropy.js";
import { OverlayState } from "../../src/machine/overlay-state.js";
import { goesOn, type Make, refuses } from "./lab.js";

const RUNS = 40;
const part = <T extends Stateful>(value: T, name: string): T & { name: string } => Object.assign(value, { name });

const reading = (read: () => number) => ({ read: () => read() >>> 0, write() {} });

const LABS: Readonly<Record<string, Make>> = {
  "random numbers of a seed": () => {
    const entropy = seededEntropy(7);
    const fill = (): number => {
      const bytes = new Uint8Array(3);
      entropy.fill(bytes);
      return bytes[2]!;
    };
    return { parts: [part(entropy, "random")], regions: [[reading(fill), 4]] };
  },
  "random numbers in blocks": () => {
    const numbers = new RandomNumbers(seededEntropy(9));
    return { parts: [part(numbers, "random")], regions: [[reading(numbers.next), 4]] };
  },
  "an overlay": () => {
    const base = new Uint8Array(200_000).map((_, n) => n);
    const disk = new MemoryOverlay(new MemoryBackend(base, true));
    const sector = (value: number): number => (value % 390) * 512;
    const read = (offset: number): number => {
      const into = new Uint8Array(512);
      disk.readSync(sector(offset), into);
      return into[5]!;
    };
    return {
      parts: [part(new OverlayState(disk), "drive")],
      regions: [
        [{ read, write: (at, _size, value) => disk.writeSync(sector(at), new Uint8Array(512).fill(value)) }, 390],
      ],
    };
  },
  "a terminal of three": ({ char }) => {
    const mux = new Mux(char, { quit() {}, save: () => "saved" });
    const taken: number[] = [];
    let room = 0;
    const users = Array.from({ length: 3 }, () => mux.port());
    for (const user of users) {
      user.receive = (bytes) => {
        const some = bytes.subarray(0, room);
        taken.push(...some);
        room -= some.length;
        return some.length;
      };
    }
    const type = (value: number): void =>
      char.type(String.fromCharCode((value & 3) === 0 ? 1 : 97 + ((value >> 2) % 26), 97 + ((value >> 7) % 26)));
    const drain = (value: number): void => {
      room = value % 4;
      for (const user of users) user.drained?.();
      room = 0;
    };
    return { parts: [part(mux, "terminal")], regions: [], events: [type, type, drain] };
  },
};

describe.each(Object.entries(LABS))("%s", (_name, make) => {
  test("loaded is what was saved, and goes on as that does", () => goesOn(make, RUNS));
  test("a state made up is refused in a sentence, or is one it can have", () => refuses(make, RUNS));
});

const from = (name: string, to: Stateful, state: DeviceState): void => to.load(new StateReader(name, state));

describe("clocks", () => {
  const host = (start: number) => {
    const time = { now: start };
    const source = new SteadyTime(new HostTime(() => time.now));
    return { time, source };
  };

  test("host time goes on from where it was, on a host whose clock is elsewhere", () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(1e9), fc.array(fc.nat(1e8)), (here, there, gaps) => {
        const a = host(here);
        a.source.start();
        for (const gap of gaps) {
          a.time.now += gap;
          a.source.now();
        }
        a.source.stop();
        const saved = a.source.save();
        const b = host(there);
        from("clock", b.source, structuredClone(saved));
        expect(b.source.save()).toEqual(saved);
        expect(b.source.now()).toBe(a.source.now());
        for (const { source } of [a, b]) source.start();
        for (const gap of gaps) {
          for (const { time } of [a, b]) time.now += gap;
          expect(b.source.now()).toBe(a.source.now());
        }
        expect(b.source.owed()).toBe(a.source.owed());
      }),
    );
  });

  test("instructions are the CPU's own", () => {
    const time = new InstructionTime({ instructions: 12 }, 3);
    from("clock", time, time.save());
    expect(time.now()).toBe(96);
  });

  test.each(["host", "rt", "vm"] as const)("the date of clock=%s goes on", (clock) => {
    const make = (date: number, monotonic: number) => {
      const at = { passed: 0 };
      const virtual = new FakeClock();
      const wall = createWallClock(
        { base: 1_000_000, clock },
        { date: () => date + at.passed, monotonic: () => monotonic + at.passed * 1e6 },
        virtual,
      );
      const pass = (milliseconds: number): void => {
        at.passed += milliseconds;
        virtual.advance(milliseconds * 1e6);
      };
      return { wall, pass };
    };
    const a = make(5e11, 1e9);
    a.pass(1000);
    // As much later as the state was under way; clocks of the machine's own stand still meanwhile.
    const b = make(clock === "host" ? 5e11 + 1000 : 7e11, 5e9);
    if (clock === "vm") b.pass(1000);
    from("date", b.wall, structuredClone(a.wall.save()));
    for (const { pass } of [a, b]) pass(500);
    expect(b.wall.now()).toBe(a.wall.now());
  });

  test.each([
    [{}, "'now' is not a number"],
    [{ now: Number.NaN }, "'now' is not a number"],
    [{ now: 1e300 }, "'now' is not a number"],
  ])("%j is refused", (state, sentence) => {
    expect(() => from("clock", new HostTime(() => 0), state as DeviceState)).toThrow(StateError);
    expect(() => from("clock", new HostTime(() => 0), state as DeviceState)).toThrow(sentence);
  });

  test("a timer that is armed for the past for ever does not keep the host", () => {
    const clock = new VirtualClock(new InstructionTime({ instructions: 5 }, 0));
    let fired = 0;
    const timer = clock.timer(() => {
      fired++;
      timer.arm(-1);
    });
    timer.arm(0);
    expect(clock.runDue()).toBe(fired);
    expect(fired).toBeLessThanOrEqual(1000);
    expect(timer.armed).toBe(true);
  });
});

import { expect, test } from "vitest";
import { STEADY_SLEEP_NS, STEADY_STEP_NS } from "../../tuning/host.js";
import { HostTime, VirtualClock } from "./clock.js";
import { SteadyTime } from "./steady-time.js";
import { createWallClock } from "./wall-clock.js";

function setup() {
  const host = { time: 0 };
  const source = new SteadyTime(new HostTime(() => host.time));
  source.start();
  return { host, source };
}

test("follows the host while looks are close together", () => {
  const { host, source } = setup();
  for (let k = 1; k <= 100; k++) {
    host.time = k * 1e6;
    expect(source.now()).toBe(k * 1e6);
  }
});

test("a gap counts as one step, is made up for, and time never goes back", () => {
  const { host, source } = setup();
  source.now();
  host.time = 500e6;
  let last = source.now();
  expect(last).toBe(STEADY_STEP_NS);
  for (let k = 0; k < 4000; k++) {
    host.time += 1e6;
    const now = source.now();
    expect(now).toBeGreaterThanOrEqual(last);
    last = now;
  }
  expect(last).toBe(host.time);
});

test("a gap that an idle guest sleeps through is its own", () => {
  const { host, source } = setup();
  host.time = 300e6;
  source.idled(Number.POSITIVE_INFINITY);
  expect(source.now()).toBe(300e6);
  host.time = 700e6;
  source.idled(690e6);
  expect(source.now()).toBe(700e6);
});

test("an idle guest whose host was held up for long wakes late by a bit, and sleeps no more until it has made up for it", () => {
  const { host, source } = setup();
  host.time = 26e9;
  source.idled(4e6);
  expect(source.now()).toBe(4e6 + STEADY_SLEEP_NS);
  expect(source.owed()).toBe(26e9 - 4e6 - STEADY_SLEEP_NS);
  source.idled(source.now() + 4e6);
  expect(source.now()).toBe(8e6 + 2 * STEADY_SLEEP_NS);
  source.idled(source.now() + 4e6);
  expect([source.now(), source.owed()]).toEqual([26e9, 0]);
});

test("a date that is read while time is owed agrees with the clock that goes on from there", () => {
  const { host, source } = setup();
  const date = 1e12;
  const hostDate = { date: () => date + host.time / 1e6, monotonic: () => host.time };
  for (const clock of ["host", "rt"] as const) {
    const virtual = new VirtualClock(source);
    const wall = createWallClock({ base: "utc", clock }, hostDate, virtual, () => source.owed());
    const begin = wall.now() - source.now() / 1e6;
    host.time += 30e9;
    // What the kernel reads at its start, and by what it counts on.
    const read = wall.now();
    const at = source.now();
    host.time += 5e6;
    source.idled(Number.POSITIVE_INFINITY);
    expect(read + (source.now() - at) / 1e6).toBeCloseTo(wall.now(), 3);
    expect(wall.now() - source.now() / 1e6).toBeCloseTo(begin, 3);
  }
});

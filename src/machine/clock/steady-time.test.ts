import { expect, test } from "vitest";
import { STEADY_STEP_NS } from "../../tuning/host.js";
import { HostTime } from "./clock.js";
import { SteadyTime } from "./steady-time.js";

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

test("an idle guest's gap is its own", () => {
  const { host, source } = setup();
  host.time = 300e6;
  source.idled();
  expect(source.now()).toBe(300e6);
});

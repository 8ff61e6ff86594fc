import { expect, it } from "vitest";
import { createMonotonicClock } from "./clock.js";

it("moves between the host's steps, never back and never far ahead", () => {
  let host = 5;
  const clock = createMonotonicClock(() => host);
  const first = clock();
  expect(first).toBe(5e6);
  let last = first;
  for (let k = 0; k < 100_000; k++) {
    const now = clock();
    if (now < last) throw new Error(`${now} after ${last}`);
    last = now;
  }
  expect(last).toBeGreaterThan(first);
  expect(last).toBeLessThan(6e6);
  host = 6;
  expect(clock()).toBe(6e6);
});

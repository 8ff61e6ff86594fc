import { describe, expect, it } from "vitest";
import { MemoryBackend } from "../backends/memory.js";
import type { ThrottleRules } from "./rules.js";
import { Throttle } from "./throttle.js";
import { ThrottledDisk } from "./throttled.js";

/** Time that passes when somebody sleeps. */
class Clock {
  time = 5000;
  now = (): number => this.time;
  sleep(milliseconds: number): { done: Promise<void>; wake(): void } {
    this.time += milliseconds;
    return { done: Promise.resolve(), wake() {} };
  }
}

function setup(rates: ThrottleRules["rates"], requestBytes = 0) {
  const clock = new Clock();
  const throttle = new Throttle({ rates, requestBytes, group: undefined }, clock);
  const disk = new ThrottledDisk(new MemoryBackend(new Uint8Array(1 << 20)), throttle);
  return { clock, throttle, disk };
}

const rate = (average: number, most = 0, seconds = 1) => ({ average, most, seconds });
const took = async (clock: Clock, work: () => Promise<unknown>): Promise<number> => {
  const before = clock.time;
  await work();
  return (clock.time - before) / 1000;
};

describe("a throttled disk", () => {
  const bytes = new Uint8Array(1000);

  it("does so many bytes in a second, both ways together", async () => {
    const { clock, disk } = setup({ "bps-total": rate(10_000) });
    const seconds = await took(clock, async () => {
      for (let k = 0; k < 50; k++) {
        await disk.write(0, bytes);
        await disk.read(0, new Uint8Array(1000));
      }
    });
    expect(seconds).toBeGreaterThan(9.7);
    expect(seconds).toBeLessThan(10);
  });

  it("limits one way alone, and requests by their size", async () => {
    const { clock, disk } = setup({ "iops-write": rate(10) }, 500);
    expect(await took(clock, () => disk.read(0, new Uint8Array(1 << 20)))).toBe(0);
    const seconds = await took(clock, async () => {
      for (let k = 0; k < 20; k++) await disk.write(0, bytes);
    });
    expect(seconds).toBeGreaterThan(3.6);
    expect(seconds).toBeLessThan(4);
  });

  it("lets a burst through, then waits for the average", async () => {
    const { clock, disk } = setup({ "bps-write": rate(1000, 10_000, 2) });
    const burst = await took(clock, async () => {
      for (let k = 0; k < 20; k++) await disk.write(0, bytes);
    });
    expect(burst).toBeGreaterThan(1.7);
    expect(burst).toBeLessThan(2.1);
    await disk.write(0, bytes);
    await disk.write(0, bytes);
    await disk.write(0, bytes);
    expect(await took(clock, () => disk.write(0, bytes))).toBeGreaterThan(0.85);
  });

  it("is let go of at the end", async () => {
    const { clock, throttle, disk } = setup({ "iops-total": rate(1) });
    await disk.write(0, bytes);
    throttle.lift();
    expect(await took(clock, async () => void (await Promise.all([1, 2, 3].map(() => disk.write(0, bytes)))))).toBe(0);
  });
});

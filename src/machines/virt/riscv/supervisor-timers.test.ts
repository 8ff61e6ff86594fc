import { describe, expect, it } from "vitest";
import { Mtimer } from "../../../devices/irqchip/aclint/mtimer.js";
import { MTIME } from "../../../devices/irqchip/aclint/registers.js";
import { StateReader } from "../../../devices/state.js";
import { FakeClock, FakeLines } from "../../../devices/testing.js";
import { SupervisorTimers } from "./supervisor-timers.js";

function setup(clock = new FakeClock()) {
  const lines = new FakeLines(2);
  const machineLines = new FakeLines(2);
  const mtimer = new Mtimer(clock, machineLines.lines, undefined, () => timers?.counterSet());
  const timers: SupervisorTimers | undefined = new SupervisorTimers(clock, mtimer, lines.lines);
  const levels = () => lines.lines.map((line) => line.level);
  return { clock, mtimer, timers, levels };
}

describe("timers of supervisors", () => {
  it("fire when the counter is there, and at once where it is behind", () => {
    const { clock, timers, levels } = setup();
    timers.set(1, 1000n);
    clock.advance(99_999);
    expect(levels()).toEqual([false, false]);
    clock.advance(1);
    expect(levels()).toEqual([false, true]);
    timers.set(0, 5n);
    clock.advance(0);
    expect(levels()).toEqual([true, true]);
    timers.set(0, 0xffff_ffff_ffff_ffffn);
    expect(clock.next).toBe(Number.POSITIVE_INFINITY);
  });

  it("go by a counter that began anew at a reset", () => {
    const { clock, mtimer, timers, levels } = setup();
    clock.advance(1e9);
    mtimer.reset();
    timers.reset();
    timers.set(0, 10n);
    clock.advance(999);
    expect(levels()).toEqual([false, false]);
    clock.advance(1);
    expect(levels()).toEqual([true, false]);
  });

  it("go by a counter that is written while they wait", () => {
    const { clock, mtimer, timers, levels } = setup();
    timers.set(0, 1_000_000n);
    timers.set(1, 2_000_000n);
    mtimer.write(MTIME, 4, 999_999);
    clock.advance(100);
    expect(levels()).toEqual([true, false]);
    mtimer.write(MTIME, 4, 0);
    clock.advance(199_999_999);
    expect(levels()).toEqual([true, false]);
    clock.advance(1);
    expect(levels()).toEqual([true, true]);
  });

  it("wait on after they were saved", () => {
    const first = setup();
    first.timers.set(1, 500n);
    first.clock.advance(20_000);
    const clock = new FakeClock();
    clock.advance(20_000);
    const { timers, levels } = setup(clock);
    timers.load(new StateReader("timers", first.timers.save()));
    timers.settle();
    expect(timers.save()).toEqual(first.timers.save());
    clock.advance(29_999);
    expect(levels()).toEqual([false, false]);
    clock.advance(1);
    expect(levels()).toEqual([false, true]);
    expect(timers.save()).not.toEqual(first.timers.save());
  });
});

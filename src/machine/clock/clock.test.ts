import { describe, expect, it } from "vitest";
import { HostTime, InstructionTime, VirtualClock } from "./clock.js";

function manual() {
  let time = 1e9;
  const source = new HostTime(() => time);
  source.start();
  const clock = new VirtualClock(source);
  return { clock, source, advance: (ns: number) => (time += ns) };
}

describe("VirtualClock", () => {
  it("fires due timers earliest first, ties in the order of making", () => {
    const { clock, advance } = manual();
    const fired: string[] = [];
    const timers = ["a", "b", "c", "d"].map((name) => clock.timer(() => fired.push(name)));
    timers[0]!.arm(30);
    timers[2]!.arm(10);
    timers[1]!.arm(10);
    timers[3]!.arm(50);
    expect(clock.deadline).toBe(10);
    advance(40);
    expect(clock.runDue()).toBe(3);
    expect(fired).toEqual(["b", "c", "a"]);
    expect(clock.deadline).toBe(50);
    expect(timers.map((timer) => timer.armed)).toEqual([false, false, false, true]);
  });

  it("re-arms, cancels, and tells when the deadline comes nearer", () => {
    const { clock, advance } = manual();
    const earlier: number[] = [];
    clock.onEarlier = () => earlier.push(clock.deadline);
    const timer = clock.timer(() => {});
    timer.arm(100);
    timer.arm(200);
    timer.arm(50);
    expect(earlier).toEqual([100, 50]);
    timer.cancel();
    expect(clock.deadline).toBe(Number.POSITIVE_INFINITY);
    advance(1000);
    expect(clock.runDue()).toBe(0);
  });

  it("lets a periodic timer catch up", () => {
    const { clock, advance } = manual();
    let count = 0;
    const timer = clock.timer(() => timer.arm(++count * 10 + 10));
    timer.arm(10);
    advance(45);
    clock.runDue();
    expect(count).toBe(4);
    expect(clock.deadline).toBe(50);
  });

  it("stands still while stopped", () => {
    const { clock, source, advance } = manual();
    advance(10);
    source.stop();
    advance(1000);
    expect(clock.now()).toBe(10);
    source.start();
    advance(5);
    expect(clock.now()).toBe(15);
  });

  it("gives one time while it is held", () => {
    const { clock, source, advance } = manual();
    advance(10);
    source.hold();
    advance(10);
    expect(clock.now()).toBe(10);
    source.release();
    expect(clock.now()).toBe(20);
  });

  it("counts instructions under -icount", () => {
    const cpu = { instructions: 100 };
    const time = new InstructionTime(cpu, 3);
    expect(time.now()).toBe(800);
    expect(time.instructionsFor(17)).toBe(3);
    expect(time.instructionsFor(-1)).toBe(0);
  });
});

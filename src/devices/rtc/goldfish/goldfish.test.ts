import { describe, expect, it } from "vitest";
import { restore } from "../../state.js";
import { FakeClock, FakeLine, FakeLog, FakeWallClock } from "../../testing.js";
import { GoldfishRtc } from "./goldfish.js";
import * as r from "./registers.js";

/** 2026-11-30 12:00 UTC. */
const START = Date.UTC(2026, 10, 30, 12);
const START_NS = BigInt(START) * 1_000_000n;

function setup(clock = new FakeClock()) {
  const irq = new FakeLine();
  const log = new FakeLog();
  const rtc = new GoldfishRtc(clock, new FakeWallClock(clock, START), irq, log);
  const get = (offset: number) => rtc.read(offset, 4);
  const set = (offset: number, value: number) => rtc.write(offset, 4, value);
  const time = () => BigInt(get(r.TIME_LOW)) | (BigInt(get(r.TIME_HIGH)) << 32n);
  /** As Linux does: the high half first. */
  const set64 = (offset: number, value: bigint) => {
    set(offset + 4, Number(value >> 32n));
    set(offset, Number(value & 0xffff_ffffn));
  };
  return { clock, irq, log, rtc, get, set, time, set64 };
}

describe("goldfish RTC", () => {
  it("gives nanoseconds of the wall clock, the high half of when the low one was read", () => {
    const { clock, get, time } = setup();
    expect(time()).toBe(START_NS);
    clock.advance(2e9);
    expect(time()).toBe(START_NS + 2_000_000_000n);
    const low = get(r.TIME_LOW);
    clock.advance(5e9);
    expect(BigInt(low) | (BigInt(get(r.TIME_HIGH)) << 32n)).toBe(START_NS + 2_000_000_000n);
  });

  it("can be set, by halves", () => {
    const { clock, time, set64 } = setup();
    set64(r.TIME_LOW, 1_000_000_000_000_000_000n);
    expect(time()).toBe(1_000_000_000_000_000_000n);
    clock.advance(1e6);
    expect(time()).toBe(1_000_000_000_001_000_000n);
  });

  it("sounds its alarm once", () => {
    const { clock, irq, get, set, set64 } = setup();
    set(r.IRQ_ENABLED, 1);
    set64(r.ALARM_LOW, START_NS + 1_000_000_000n);
    expect([get(r.ALARM_STATUS), get(r.IRQ_ENABLED), irq.level]).toEqual([1, 1, false]);
    clock.advance(1e9);
    expect([get(r.ALARM_STATUS), irq.level]).toEqual([0, true]);
    set(r.CLEAR_INTERRUPT, 1);
    clock.advance(1e9);
    expect([irq.level, irq.rises]).toEqual([false, 1]);
  });

  it("sounds an alarm of the past at once, shown when it is enabled", () => {
    const { irq, get, set, set64 } = setup();
    set64(r.ALARM_LOW, START_NS);
    expect([irq.level, get(r.ALARM_STATUS)]).toEqual([false, 0]);
    set(r.IRQ_ENABLED, 1);
    expect(irq.level).toBe(true);
    set(r.IRQ_ENABLED, 0);
    expect(irq.level).toBe(false);
  });

  it("forgets an alarm that is cleared, and everything at reset", () => {
    const { clock, irq, get, set, set64, rtc, time } = setup();
    set(r.IRQ_ENABLED, 1);
    set64(r.ALARM_LOW, START_NS + 1000n);
    set(r.CLEAR_ALARM, 1);
    clock.advance(1e9);
    expect(irq.rises).toBe(0);
    set64(r.TIME_LOW, 5n);
    set64(r.ALARM_LOW, 1n);
    expect(irq.level).toBe(true);
    rtc.reset();
    expect([irq.level, get(r.ALARM_LOW), get(r.IRQ_ENABLED)]).toEqual([false, 0, 0]);
    expect(time()).toBe(START_NS + 1_000_000_000n);
  });

  it("refuses what is no register", () => {
    const { rtc, log } = setup();
    rtc.write(0x20, 4, 1);
    rtc.write(0, 1, 1);
    expect([rtc.read(0x14, 4), rtc.read(0, 2), log.guestErrors.length]).toEqual([0, 0, 4]);
  });

  it("gives back what was saved", () => {
    const first = setup();
    first.set(r.IRQ_ENABLED, 1);
    first.set64(r.TIME_LOW, 1_000_000_000_000_000_000n);
    first.set64(r.ALARM_LOW, 1_000_000_001_000_000_000n);
    first.clock.advance(5e8);
    first.get(r.TIME_LOW);
    const clock = new FakeClock();
    clock.advance(5e8);
    const second = setup(clock);
    restore(second.rtc, first.rtc.save());
    expect(second.rtc.save()).toEqual(first.rtc.save());
    for (const one of [first, second]) {
      one.clock.advance(5e8);
      expect([one.irq.level, one.time()]).toEqual([true, 1_000_000_001_000_000_000n]);
    }
    expect(second.rtc.save()).toEqual(first.rtc.save());
    const third = setup(clock);
    restore(third.rtc, first.rtc.save());
    expect(third.irq.level).toBe(true);
  });
});

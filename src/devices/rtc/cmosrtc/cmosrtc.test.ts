import { describe, expect, test } from "vitest";
import { restore } from "../../state.js";
import { FakeClock, FakeLine, FakeWallClock } from "../../testing.js";
import { CmosRtc } from "./cmosrtc.js";
import { pcNvram } from "./registers.js";

/** 2026-11-22 (a Sunday) 13:05:09 UTC. */
const START = Date.UTC(2026, 10, 22, 13, 5, 9);

function setup(start = START, nvram?: [number, number][]) {
  const clock = new FakeClock();
  const irq = new FakeLine();
  const rtc = new CmosRtc(clock, new FakeWallClock(clock, start), irq, nvram);
  const get = (index: number) => {
    rtc.write(0, 1, index);
    return rtc.read(1, 1);
  };
  const set = (index: number, value: number) => {
    rtc.write(0, 1, index);
    rtc.write(1, 1, value);
  };
  const time = () => [0x32, 9, 8, 7, 6, 4, 2, 0].map((i) => get(i).toString(16).padStart(2, "0")).join(" ");
  return { clock, irq, rtc, get, set, time };
}

describe("CMOS real-time clock", () => {
  test("gives the wall clock in BCD, binary and twelve-hour form", () => {
    const { clock, get, set, time } = setup();
    expect(time()).toBe("20 26 11 22 01 13 05 09");
    clock.advance(51e9);
    expect(time()).toBe("20 26 11 22 01 13 06 00");
    set(0x0b, 0x06);
    expect(time()).toBe("14 1a 0b 16 01 0d 06 00");
    set(0x0b, 0x00);
    expect(get(4)).toBe(0x81);
    expect(get(0x0d)).toBe(0x80);
  });

  test("setting under SET stops the clock, clearing SET starts it", () => {
    const { clock, set, time } = setup();
    set(0x0b, 0x82);
    clock.advance(5e9);
    expect(time()).toBe("20 26 11 22 01 13 05 09");
    for (const [index, value] of [
      [0x32, 0x19],
      [9, 0x99],
      [8, 0x12],
      [7, 0x31],
      [6, 0x06],
      [4, 0x23],
      [2, 0x59],
      [0, 0x58],
    ] as const) {
      set(index, value);
    }
    set(0x0b, 0x02);
    clock.advance(2e9);
    expect(time()).toBe("20 00 01 01 07 00 00 00");
  });

  test("setting a single field without SET keeps the rest", () => {
    const { set, time } = setup();
    set(2, 0x33);
    expect(time()).toBe("20 26 11 22 01 13 33 09");
  });

  test("update in progress shows just before the second", () => {
    const { clock, get } = setup();
    clock.advance(999_700_000);
    expect(get(0x0a)).toBe(0x26);
    clock.advance(100_000);
    expect(get(0x0a)).toBe(0xa6);
    clock.advance(200_000);
    expect(get(0x0a)).toBe(0x26);
  });

  test("update-ended flag and interrupt; reading C acknowledges; quiet when nobody looks", () => {
    const { clock, irq, get, set } = setup();
    clock.advance(1e9);
    expect(irq.level).toBe(false);
    expect(clock.next).toBe(Number.POSITIVE_INFINITY);
    expect(get(0x0c)).toBe(0x10);
    set(0x0b, 0x12);
    clock.advance(999_999_999);
    expect(irq.level).toBe(false);
    clock.advance(1);
    expect(irq.level).toBe(true);
    expect(get(0x0c)).toBe(0x90);
    expect(irq.level).toBe(false);
    expect(get(0x0c)).toBe(0);
  });

  test("alarm with don't-care hours", () => {
    const { clock, irq, get, set } = setup();
    set(1, 0x00);
    set(3, 0x06);
    set(5, 0xff);
    set(0x0b, 0x22);
    clock.advance(50.9e9);
    expect(irq.level).toBe(false);
    clock.advance(0.2e9);
    expect(irq.level).toBe(true);
    expect(get(0x0c) & 0xa0).toBe(0xa0);
  });

  test("periodic interrupt at 1024 Hz", () => {
    const { clock, irq, get, set } = setup();
    set(0x0a, 0x26);
    set(0x0b, 0x42);
    let interrupts = 0;
    for (let i = 0; i < 2000; i++) {
      clock.advance(500_000);
      if (irq.level && get(0x0c) & 0x40) interrupts++;
    }
    expect(interrupts).toBe(1024);
    set(0x0b, 0x02);
    get(0x0c);
    clock.advance(1e9);
    expect(irq.level).toBe(false);
  });

  test("memory sizes and RAM; reset keeps RAM and drops interrupt enables", () => {
    const nvram = pcNvram({ below4g: 512 << 20, above4g: 2 ** 30, cpus: 1 });
    const { rtc, get, set } = setup(START, nvram);
    expect(get(0x15) | (get(0x16) << 8)).toBe(640);
    expect(get(0x17) | (get(0x18) << 8)).toBe(0xffff);
    expect(get(0x34) | (get(0x35) << 8)).toBe((512 - 16) * 16);
    expect(get(0x5b) | (get(0x5c) << 8) | (get(0x5d) << 16)).toBe(16384);
    set(0x0f, 0x0a);
    set(0x0b, 0x72);
    rtc.reset();
    expect(get(0x0f)).toBe(0x0a);
    expect(get(0x0b)).toBe(0x02);
    expect(rtc.read(0, 1)).toBe(0xff);
  });

  test("snapshot keeps what the guest set", () => {
    const a = setup();
    a.set(4, 0x20);
    a.set(0x0b, 0x12);
    const b = setup();
    restore(b.rtc, a.rtc.save());
    expect(b.time()).toBe("20 26 11 22 01 20 05 09");
    b.clock.advance(1e9);
    expect(b.irq.level).toBe(true);
  });
});

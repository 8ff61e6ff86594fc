import { describe, expect, test } from "vitest";
import { restore } from "../../state.js";
import { FakeClock, FakeLine } from "../../testing.js";
import { nsToTicks, ticksToNs } from "../../ticks.js";
import { PIT_HZ } from "./channel.js";
import { Pit8254 } from "./pit8254.js";
import { Port61 } from "./port61.js";

function setup() {
  const clock = new FakeClock();
  const irq = new FakeLine();
  const pit = new Pit8254(clock, irq);
  const port61 = new Port61(pit);
  const program = (channel: number, mode: number, count: number) => {
    pit.write(3, 1, (channel << 6) | 0x30 | (mode << 1));
    pit.write(channel, 1, count & 0xff);
    pit.write(channel, 1, count >> 8);
  };
  const count = (channel: number) => {
    pit.write(3, 1, channel << 6);
    return pit.read(channel, 1) | (pit.read(channel, 1) << 8);
  };
  return { clock, irq, pit, port61, program, count };
}

const ticks = (n: number) => ticksToNs(n, PIT_HZ);

describe("8254", () => {
  test("tick conversion is exact in both directions after months", () => {
    for (const n of [1, 7, 1193181, 1193182, 123_456_789, 9_876_543_210_123]) {
      const ns = ticksToNs(n, PIT_HZ);
      expect(nsToTicks(ns, PIT_HZ)).toBe(n);
      expect(nsToTicks(ns - 1, PIT_HZ)).toBe(n - 1);
    }
  });

  test("mode 2 interrupts at the programmed rate", () => {
    const { clock, irq, program } = setup();
    program(0, 2, 11932);
    irq.rises = 0;
    clock.advance(1e9);
    expect(irq.rises).toBe(99);
    clock.advance(1e9);
    expect(irq.rises).toBe(199);
  });

  test("a late host still gives an edge for the period that passed", () => {
    const { clock, irq, program } = setup();
    program(0, 2, 1000);
    irq.rises = 0;
    clock.jump(ticks(1700));
    clock.advance(0);
    expect(irq.rises).toBe(1);
    clock.advance(ticks(300));
    expect(irq.rises).toBe(2);
  });

  test("mode 3 is a square wave", () => {
    const { clock, irq, program } = setup();
    program(0, 3, 1000);
    expect(irq.level).toBe(true);
    clock.advance(ticks(500));
    expect(irq.level).toBe(false);
    clock.advance(ticks(501));
    expect(irq.level).toBe(true);
  });

  test("mode 0 interrupts once and counts on past zero", () => {
    const { clock, irq, program, count } = setup();
    program(0, 0, 100);
    expect(irq.level).toBe(false);
    clock.advance(ticks(40));
    expect(count(0)).toBe(60);
    clock.advance(ticks(60));
    expect(irq.level).toBe(true);
    expect(clock.next).toBe(Number.POSITIVE_INFINITY);
    clock.advance(ticks(10));
    expect(count(0)).toBe(0x10000 - 10);
  });

  test("latched counts stand still until read; unlatched ones run", () => {
    const { clock, pit, program } = setup();
    program(2, 0, 0x1234);
    pit.write(3, 1, 0x80);
    clock.advance(ticks(0x34));
    pit.write(3, 1, 0x80);
    expect(pit.read(2, 1)).toBe(0x34);
    expect(pit.read(2, 1)).toBe(0x12);
    expect(pit.read(2, 1)).toBe(0x00);
    expect(pit.read(2, 1)).toBe(0x12);
  });

  test("read-back gives status before count", () => {
    const { clock, pit, program } = setup();
    program(2, 0, 0x10);
    clock.advance(ticks(0x11));
    pit.write(3, 1, 0xc0 | 0x08);
    expect(pit.read(2, 1)).toBe(0x80 | 0x30);
    expect(pit.read(2, 1)).toBe(0xff);
    expect(pit.read(2, 1)).toBe(0xff);
  });

  test("one-byte access modes", () => {
    const { clock, pit } = setup();
    pit.write(3, 1, 0x50);
    pit.write(1, 1, 0x02);
    clock.advance(ticks(2));
    expect(pit.read(1, 1)).toBe(0x00);
    pit.write(3, 1, 0x60);
    pit.write(1, 1, 0x80);
    expect(pit.read(1, 1)).toBe(0x80);
  });

  test("port 0x61 starts channel 2 and shows its output, as TSC calibration needs", () => {
    const { clock, port61, program } = setup();
    port61.write(0, 1, (port61.read(0, 1) & ~2) | 1);
    program(2, 0, 0xb0 * 256);
    clock.advance(ticks(0xb0 * 256) - 1);
    expect(port61.read(0, 1) & 0x21).toBe(0x01);
    clock.advance(1);
    expect(port61.read(0, 1) & 0x21).toBe(0x21);
    expect((port61.read(0, 1) ^ port61.read(0, 1)) & 0x10).toBe(0x10);
  });

  test("a rising gate restarts mode 1", () => {
    const { clock, pit, program } = setup();
    program(2, 1, 100);
    clock.advance(ticks(200));
    expect(pit.speakerOut).toBe(false);
    pit.speakerGate = true;
    expect(pit.speakerOut).toBe(true);
    clock.advance(ticks(100));
    expect(pit.speakerOut).toBe(false);
  });

  test("legacy replacement silences IRQ 0", () => {
    const { clock, irq, pit, program } = setup();
    program(0, 2, 1000);
    pit.setIrqEnabled(false);
    irq.rises = 0;
    clock.advance(1e8);
    expect(irq.rises).toBe(0);
    pit.setIrqEnabled(true);
    clock.advance(1e8);
    expect(irq.rises).toBeGreaterThan(110);
  });

  test("snapshot keeps phase and half-written counts", () => {
    const a = setup();
    a.program(0, 2, 1000);
    a.clock.advance(ticks(300));
    a.pit.write(2, 1, 0x55);
    const b = setup();
    b.clock.advance(a.clock.now());
    restore(b.pit, a.pit.save());
    expect(b.count(0)).toBe(700);
    b.pit.write(2, 1, 0x01);
    expect(b.pit.read(2, 1)).toBe(0x55);
    b.irq.rises = 0;
    b.clock.advance(ticks(701));
    expect(b.irq.rises).toBe(1);
  });
});

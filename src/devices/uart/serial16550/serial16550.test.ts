import { describe, expect, test } from "vitest";
import { restore } from "../../state.js";
import { FakeChar, FakeClock, FakeLine } from "../../testing.js";
import { Serial16550, type SerialOptions } from "./serial16550.js";

function setup(options?: SerialOptions) {
  const clock = new FakeClock();
  const irq = new FakeLine();
  const end = new FakeChar();
  const uart = new Serial16550(clock, irq, end, options);
  const get = (offset: number) => uart.read(offset, 1);
  const set = (offset: number, value: number) => uart.write(offset, 1, value);
  return { clock, irq, end, uart, get, set };
}

describe("16550", () => {
  test("sends as bytes are written and is always empty", () => {
    const { end, get, set } = setup();
    for (const c of "Hi\n") set(0, c.charCodeAt(0));
    expect(end.text).toBe("Hi\n");
    expect(get(5)).toBe(0x60);
  });

  test("divisor latch and scratch register", () => {
    const { end, get, set } = setup();
    set(3, 0x83);
    set(0, 0x34);
    set(1, 0x12);
    expect([get(0), get(1)]).toEqual([0x34, 0x12]);
    set(3, 0x03);
    set(7, 0xa5);
    expect([get(1), get(3), get(7)]).toEqual([0, 3, 0xa5]);
    expect(end.output).toEqual([]);
  });

  test("transmit interrupt: at enabling and after each byte, cleared by reading IIR", () => {
    const { irq, get, set } = setup();
    expect(get(2)).toBe(0x01);
    set(1, 2);
    expect(irq.level).toBe(true);
    expect(get(2)).toBe(0x02);
    expect(irq.level).toBe(false);
    expect(get(2)).toBe(0x01);
    set(0, 0x41);
    expect(irq.level).toBe(true);
    set(1, 0);
    expect(irq.level).toBe(false);
    set(1, 2);
    expect(get(2)).toBe(0x02);
  });

  test("without FIFO one byte at a time; the back end keeps the rest", () => {
    const { irq, end, get, set } = setup();
    set(1, 1);
    end.type("abc");
    expect(end.pending.length).toBe(2);
    expect(get(2)).toBe(0x04);
    expect(get(0)).toBe(0x61);
    expect(irq.level).toBe(true);
    expect([get(0), get(0)]).toEqual([0x62, 0x63]);
    expect(irq.level).toBe(false);
    expect(get(5)).toBe(0x60);
  });

  test("FIFO: trigger level, then character timeout for the rest", () => {
    const { clock, irq, end, get, set } = setup();
    set(3, 0x83);
    set(0, 1);
    set(1, 0);
    set(3, 0x03);
    set(2, 0x81);
    set(1, 1);
    end.type("1234567");
    expect(irq.level).toBe(false);
    expect(get(5) & 1).toBe(1);
    end.type("8");
    expect(get(2)).toBe(0xc4);
    get(0);
    expect(irq.level).toBe(false);
    clock.advance(340_000);
    expect(irq.level).toBe(false);
    clock.advance(10_000);
    expect(get(2)).toBe(0xcc);
    get(0);
    expect(irq.level).toBe(false);
    clock.advance(350_000);
    expect(irq.level).toBe(true);
    for (let i = 0; i < 6; i++) get(0);
    expect(get(2)).toBe(0xc1);
    expect(clock.next).toBe(Number.POSITIVE_INFINITY);
  });

  test("sixteen bytes fit; order is kept through backpressure", () => {
    const { end, get, set } = setup();
    set(2, 0x01);
    end.type("abcdefghijklmnopqrstuvwxyz");
    expect(end.pending.length).toBe(10);
    let text = "";
    while (get(5) & 1) text += String.fromCharCode(get(0));
    expect(text).toBe("abcdefghijklmnopqrstuvwxyz");
  });

  test("held input survives probing and opening of the port", () => {
    const { clock, end, get, set } = setup({ holdInput: true });
    end.type("xy");
    expect(get(5) & 1).toBe(0);
    // Probing: which bits of IER are there?
    set(1, 0x0f);
    expect(get(0)).toBe(0);
    set(1, 0);
    clock.advance(50e6);
    // Opening: interrupts first, the FIFO a little later.
    set(1, 5);
    clock.advance(1e6);
    set(2, 0x07);
    expect(get(5) & 1).toBe(0);
    clock.advance(20e6);
    expect([get(0), get(0)]).toEqual([0x78, 0x79]);
  });

  test("held input comes to a guest that polls for it", () => {
    const { end, get, set } = setup({ holdInput: true });
    end.type("x");
    for (let i = 0; i < 3000; i++) {
      // Output looks at the status, too.
      expect(get(5) & 1).toBe(0);
      if (i % 100 === 0) set(0, 46);
    }
    for (let i = 0; i < 1001; i++) get(5);
    expect([get(5) & 1, get(0)]).toEqual([1, 0x78]);
  });

  test("loopback: data and modem lines come back, nothing leaves", () => {
    const { end, get, set } = setup();
    expect(get(6)).toBe(0xb0);
    set(4, 0x1f);
    expect(get(6) & 0xf0).toBe(0xf0);
    set(4, 0x1a);
    expect(get(6)).toBe(0x90 | 0x06);
    expect(get(6)).toBe(0x90);
    set(0, 0x5a);
    end.type("q");
    expect(get(0)).toBe(0x5a);
    expect(end.output).toEqual([]);
    set(4, 0x0b);
    expect(get(6) & 0xf0).toBe(0xb0);
    expect(get(0)).toBe(0x71);
  });

  test("overrun and break raise the line status interrupt, cleared by LSR", () => {
    const { irq, uart, get, set } = setup();
    set(1, 4);
    set(4, 0x10);
    set(0, 1);
    set(0, 2);
    expect(get(2)).toBe(0x06);
    expect(get(5) & 0x1f).toBe(0x03);
    expect(irq.level).toBe(false);
    expect(get(0)).toBe(2);
    set(4, 0);
    uart.sendBreak();
    expect(get(5) & 0x11).toBe(0x11);
    expect(get(0)).toBe(0);
  });

  test("snapshot keeps received bytes and interrupt causes", () => {
    const a = setup();
    a.set(2, 0x81);
    a.set(1, 3);
    a.end.type("hello");
    const b = setup();
    restore(b.uart, a.uart.save());
    expect(b.irq.level).toBe(true);
    expect(b.get(2)).toBe(0xc2);
    b.clock.advance(100_000_000);
    expect(b.get(2)).toBe(0xcc);
    expect(b.get(0)).toBe(0x68);
  });
});

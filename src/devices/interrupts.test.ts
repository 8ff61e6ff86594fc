// The interrupt controllers wired as on a PC: 8254 and serial port into 8259s and I/O APIC, both into a local APIC.

import { expect, test } from "vitest";
import type { IrqLine } from "./interfaces.js";
import { Ioapic } from "./irqchip/ioapic/ioapic.js";
import { ApicBus } from "./irqchip/lapic/bus.js";
import { Lapic } from "./irqchip/lapic/lapic.js";
import { Pic8259 } from "./irqchip/pic8259/pic8259.js";
import { FakeChar, FakeClock, FakeLine } from "./testing.js";
import { Pit8254 } from "./timer/pit8254/pit8254.js";
import { Serial16550 } from "./uart/serial16550/serial16550.js";

function board() {
  const clock = new FakeClock();
  const bus = new ApicBus();
  const cpu = new FakeLine();
  const wires: { lint0?: IrqLine } = {};
  const pic = new Pic8259({ set: (level) => wires.lint0?.set(level) });
  const lapic = new Lapic({
    id: 0,
    rates: { bus: 1e9, tsc: 1e9 },
    clock,
    bus,
    pic,
    cpu: { setInterruptLine: (level) => cpu.set(level), nmi() {}, init() {}, sipi() {} },
  });
  wires.lint0 = lapic.lint0;
  const ioapic = new Ioapic(bus, pic);
  bus.onEoi((vector) => ioapic.eoi(vector));
  const gsi = (irq: number): IrqLine => {
    const inputs = [pic.line(irq), ioapic.pin(irq === 0 ? 2 : irq)];
    return {
      set(level) {
        for (const input of inputs) input.set(level);
      },
    };
  };
  const pit = new Pit8254(clock, gsi(0));
  const end = new FakeChar();
  const uart = new Serial16550(clock, gsi(4), end);
  for (const [port, base, icw3] of [
    [pic.master, 0x30, 4],
    [pic.slave, 0x38, 2],
  ] as const) {
    port.write(0, 1, 0x11);
    for (const value of [base, icw3, 1, 0]) port.write(1, 1, value);
  }
  const redirect = (pin: number, low: number) => {
    ioapic.write(0, 4, 0x10 + 2 * pin);
    ioapic.write(0x10, 4, low);
  };
  return { clock, cpu, pic, lapic, pit, uart, end, redirect };
}

test("virtual wire: timer ticks through the 8259s", () => {
  const { clock, cpu, pic, lapic, pit } = board();
  pit.write(3, 1, 0x34);
  pit.write(0, 1, 0x9c);
  pit.write(0, 1, 0x2e);
  let ticks = 0;
  for (let i = 0; i < 1000; i++) {
    clock.advance(1e6);
    if (!cpu.level) continue;
    expect(lapic.acknowledge()).toBe(0x30);
    expect(cpu.level).toBe(false);
    pic.master.write(0, 1, 0x20);
    ticks++;
  }
  expect(ticks).toBe(99);
});

test("symmetric I/O: the same lines through the I/O APIC, the 8259s masked", () => {
  const { clock, cpu, pic, lapic, pit, uart, end, redirect } = board();
  pic.master.write(1, 1, 0xff);
  lapic.write(0xf0, 4, 0x1ff);
  lapic.write(0x350, 4, 0x10700);
  redirect(2, 0x30);
  redirect(4, 0x34);
  pit.write(3, 1, 0x34);
  pit.write(0, 1, 0x9c);
  pit.write(0, 1, 0x2e);
  uart.write(1, 1, 1);
  end.type("a");
  clock.advance(11e6);
  expect(lapic.acknowledge()).toBe(0x34);
  expect(cpu.level).toBe(false);
  expect(uart.read(0, 1)).toBe(0x61);
  lapic.write(0xb0, 4, 0);
  expect(lapic.acknowledge()).toBe(0x30);
  lapic.write(0xb0, 4, 0);
  expect(cpu.level).toBe(false);
  expect(lapic.acknowledge()).toBe(-1);
});

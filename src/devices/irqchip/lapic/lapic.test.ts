import { describe, expect, test } from "vitest";
import { restore } from "../../state.js";
import { FakeClock } from "../../testing.js";
import { ApicBus } from "./bus.js";
import type { CpuInterrupts } from "./interfaces.js";
import { Lapic } from "./lapic.js";

class Cpu implements CpuInterrupts {
  line = false;
  nmis = 0;
  inits = 0;
  sipis: number[] = [];
  setInterruptLine(level: boolean): void {
    this.line = level;
  }
  nmi(): void {
    this.nmis++;
  }
  init(): void {
    this.inits++;
  }
  sipi(vector: number): void {
    this.sipis.push(vector);
  }
}

function setup(id = 0) {
  const clock = new FakeClock();
  const bus = new ApicBus();
  const cpu = new Cpu();
  const pic = { vector: 0x30, acknowledge: () => pic.vector };
  const apic = new Lapic({ id, rates: { bus: 1e9, tsc: 1e9 }, cpu, clock, bus, pic });
  const get = (offset: number) => apic.read(offset, 4);
  const set = (offset: number, value: number) => apic.write(offset, 4, value);
  return { clock, bus, cpu, pic, apic, get, set };
}

const SVR = 0xf0;
const EOI = 0xb0;
const ICR = 0x300;
const LVT_TIMER = 0x320;
const LVT_LINT0 = 0x350;
const LVT_ERROR = 0x370;
const INITIAL = 0x380;
const CURRENT = 0x390;
const DIVIDE = 0x3e0;

describe("local APIC", () => {
  test("identifies itself and is off until software enables it", () => {
    const { bus, cpu, get, set } = setup();
    expect(get(0x30)).toBe(0x50014);
    expect(get(0x20)).toBe(0);
    expect(get(SVR)).toBe(0xff);
    bus.send(0xfee00000, 0x41);
    expect(cpu.line).toBe(false);
    set(SVR, 0x1ff);
    bus.send(0xfee00000, 0x41);
    expect(cpu.line).toBe(true);
  });

  test("takes the highest vector first, nests by class, ends in order", () => {
    const { bus, cpu, apic, get, set } = setup();
    set(SVR, 0x1ff);
    bus.send(0xfee00000, 0x41);
    bus.send(0xfee00000, 0x93);
    expect(get(0x210) | get(0x220)).toBe(0x02);
    expect(apic.acknowledge()).toBe(0x93);
    expect(cpu.line).toBe(false);
    expect(get(0xa0)).toBe(0x90);
    bus.send(0xfee00000, 0x9f);
    expect(cpu.line).toBe(false);
    bus.send(0xfee00000, 0xa0);
    expect(apic.acknowledge()).toBe(0xa0);
    set(EOI, 0);
    expect(cpu.line).toBe(false);
    set(EOI, 0);
    expect(apic.acknowledge()).toBe(0x9f);
    set(EOI, 0);
    expect(apic.acknowledge()).toBe(0x41);
    set(EOI, 0);
    expect(apic.acknowledge()).toBe(-1);
  });

  test("TPR holds back its class and below; a race with it gives the spurious vector", () => {
    const { bus, cpu, apic, set } = setup();
    set(SVR, 0x1ef);
    apic.tpr = 0x40;
    bus.send(0xfee00000, 0x4f);
    expect(cpu.line).toBe(false);
    apic.tpr = 0x30;
    expect(cpu.line).toBe(true);
    set(0x80, 0x50);
    expect(cpu.line).toBe(false);
    expect(apic.acknowledge()).toBe(-1);
  });

  test("only level-triggered interrupts are broadcast at EOI", () => {
    const { bus, apic, set } = setup();
    const ended: number[] = [];
    bus.onEoi((vector) => ended.push(vector));
    set(SVR, 0x1ff);
    for (const data of [0x51, 0x8052]) {
      bus.send(0xfee00000, data);
      apic.acknowledge();
      set(EOI, 0);
    }
    expect(ended).toEqual([0x52]);
  });

  test("logical destinations, flat and cluster; messages for others pass by", () => {
    const { bus, cpu, apic, set } = setup();
    set(SVR, 0x1ff);
    set(0xd0, 0x02000000);
    bus.send(0xfee01000, 0x60);
    bus.send(0xfee01004, 0x61);
    expect(cpu.line).toBe(false);
    bus.send(0xfee03004, 0x62);
    expect(apic.acknowledge()).toBe(0x62);
    set(0xe0, 0x0fffffff);
    set(0xd0, 0x12000000);
    bus.send(0xfee02004, 0x73);
    bus.send(0xfee13004, 0x74);
    expect(apic.acknowledge()).toBe(0x74);
    bus.send(0xfeeff000, 0x85);
    expect(apic.acknowledge()).toBe(0x85);
    expect(apic.acknowledge()).toBe(-1);
  });

  test("ICR: self, NMI, INIT and start-up messages", () => {
    const { cpu, apic, set } = setup();
    set(SVR, 0x1ff);
    set(ICR, 0x00040055);
    expect(apic.acknowledge()).toBe(0x55);
    set(EOI, 0);
    set(0x310, 0);
    set(ICR, 0x4400);
    expect(cpu.nmis).toBe(1);
    set(ICR, 0x4608);
    // The boot processor waits for no start-up message.
    expect(cpu.sipis).toEqual([]);
    set(ICR, 0x8500);
    expect(cpu.inits).toBe(0);
    set(ICR, 0xc500);
    expect(cpu.inits).toBe(1);
  });

  test("errors: illegal vectors and registers show in ESR after a write and raise LVT error", () => {
    const { apic, get, set } = setup();
    set(SVR, 0x1ff);
    set(LVT_ERROR, 0xfe);
    set(ICR, 0x4005);
    get(0x10);
    expect(get(0x280)).toBe(0);
    set(0x280, 0);
    expect(get(0x280)).toBe(0xa0);
    expect(apic.acknowledge()).toBe(0xfe);
    set(0x280, 0);
    expect(get(0x280)).toBe(0);
  });

  test("one-shot timer fires though its time is over before it is armed", () => {
    const { clock, cpu, apic, set } = setup();
    set(SVR, 0x1ff);
    set(LVT_TIMER, 0x66);
    // A host so slow that time passes between two looks at the clock.
    const now = clock.now.bind(clock);
    clock.now = () => {
      clock.jump(100);
      return now();
    };
    set(INITIAL, 10);
    clock.advance(1);
    expect(cpu.line).toBe(true);
    expect(apic.acknowledge()).toBe(0x66);
  });

  test("one-shot timer counts down through the divider and fires once", () => {
    const { clock, apic, cpu, get, set } = setup();
    set(SVR, 0x1ff);
    set(DIVIDE, 0x3);
    set(LVT_TIMER, 0xec);
    set(INITIAL, 1000);
    clock.advance(4000);
    expect(get(CURRENT)).toBe(750);
    clock.advance(11_999);
    expect(cpu.line).toBe(false);
    clock.advance(1);
    expect(apic.acknowledge()).toBe(0xec);
    expect(get(CURRENT)).toBe(0);
    expect(clock.next).toBe(Number.POSITIVE_INFINITY);
  });

  test("periodic timer reloads; a late host loses ticks but not the phase", () => {
    const { clock, apic, get, set } = setup();
    set(SVR, 0x1ff);
    set(DIVIDE, 0xb);
    set(LVT_TIMER, 0x200ec);
    set(INITIAL, 1000);
    for (let i = 0; i < 3; i++) {
      clock.advance(1000);
      expect(apic.acknowledge()).toBe(0xec);
      set(EOI, 0);
    }
    clock.jump(2500);
    clock.advance(0);
    expect(apic.acknowledge()).toBe(0xec);
    expect(apic.acknowledge()).toBe(-1);
    expect(get(CURRENT)).toBe(500);
    expect(clock.next).toBe(6000);
  });

  test("a masked timer counts without an interrupt", () => {
    const { clock, cpu, get, set } = setup();
    set(SVR, 0x1ff);
    set(DIVIDE, 0xb);
    set(LVT_TIMER, 0x100ec);
    set(INITIAL, 1000);
    clock.advance(400);
    expect(get(CURRENT)).toBe(600);
    clock.advance(1000);
    set(LVT_TIMER, 0xec);
    clock.advance(5000);
    expect(cpu.line).toBe(false);
  });

  test("TSC deadline: armed, cleared when it fires, at once when past, relative to the guest's TSC", () => {
    const { clock, apic, cpu, set } = setup();
    set(SVR, 0x1ff);
    apic.tscDeadline = 5;
    expect(apic.tscDeadline).toBe(0);
    set(LVT_TIMER, 0x400ec);
    apic.tscDeadline = 1000;
    expect(apic.tscDeadline).toBe(1000);
    clock.advance(999);
    expect(cpu.line).toBe(false);
    clock.advance(1);
    expect(apic.acknowledge()).toBe(0xec);
    set(EOI, 0);
    expect(apic.tscDeadline).toBe(0);
    apic.tscDeadline = 500;
    expect(apic.acknowledge()).toBe(0xec);
    set(EOI, 0);
    apic.tscOffset = -900;
    apic.tscDeadline = 500;
    clock.advance(399);
    expect(cpu.line).toBe(false);
    clock.advance(1);
    expect(cpu.line).toBe(true);
  });

  test("the 8259s come through LINT0 in ExtINT mode from reset, and not when masked", () => {
    const { apic, cpu, set } = setup();
    apic.lint0.set(true);
    expect(cpu.line).toBe(true);
    expect(apic.acknowledge()).toBe(0x30);
    set(SVR, 0x1ff);
    set(LVT_LINT0, 0x10700);
    expect(cpu.line).toBe(false);
    set(LVT_LINT0, 0x700);
    expect(cpu.line).toBe(true);
    apic.lint0.set(false);
    expect(cpu.line).toBe(false);
  });

  test("LINT1 as NMI", () => {
    const { apic, cpu, set } = setup();
    set(SVR, 0x1ff);
    apic.lint1.set(true);
    set(0x360, 0x400);
    apic.lint1.set(true);
    expect(cpu.nmis).toBe(1);
  });

  test("software disable masks every LVT entry and keeps them masked", () => {
    const { get, set } = setup();
    set(SVR, 0x1ff);
    set(LVT_TIMER, 0xec);
    set(SVR, 0xff);
    expect(get(LVT_TIMER)).toBe(0x100ec);
    set(LVT_TIMER, 0xed);
    expect(get(LVT_TIMER)).toBe(0x100ed);
  });

  test("x2APIC mode through MSRs, with the allowed transitions only", () => {
    const { apic, cpu, get } = setup();
    expect(apic.readMsr(0x1b)).toEqual({ low: 0xfee00900, high: 0 });
    expect(apic.readMsr(0x803)).toBeUndefined();
    expect(apic.writeMsr(0x1b, 0xfee00d00, 0)).toBe(true);
    expect(get(0x30)).toBe(0xffffffff);
    expect(apic.readMsr(0x803)?.low).toBe(0x50014);
    expect(apic.readMsr(0x80d)?.low).toBe(1);
    expect(apic.writeMsr(0x80f, 0x1ff, 0)).toBe(true);
    expect(apic.writeMsr(0x80f, 0x1ff, 1)).toBe(false);
    expect(apic.writeMsr(0x80d, 1, 0)).toBe(false);
    expect(apic.writeMsr(0x83f, 0x66, 0)).toBe(true);
    expect(apic.acknowledge()).toBe(0x66);
    expect(apic.writeMsr(0x80b, 0, 0)).toBe(true);
    expect(apic.writeMsr(0x830, 0x4077, 0)).toBe(true);
    expect(cpu.line).toBe(true);
    expect(apic.writeMsr(0x1b, 0xfee00900, 0)).toBe(false);
    expect(apic.writeMsr(0x1b, 0xfee00100, 0)).toBe(true);
    expect(apic.enabled).toBe(false);
    expect(apic.writeMsr(0x1b, 0xfee00d00, 0)).toBe(false);
  });

  test("a snapshot continues where it was", () => {
    const a = setup();
    a.set(SVR, 0x1ff);
    a.set(DIVIDE, 0xb);
    a.set(LVT_TIMER, 0x200ec);
    a.set(INITIAL, 1000);
    a.bus.send(0xfee00000, 0x8041);
    a.clock.advance(300);
    const b = setup();
    b.clock.advance(300);
    restore(b.apic, a.apic.save());
    expect(b.get(CURRENT)).toBe(700);
    expect(b.apic.acknowledge()).toBe(0x41);
    b.clock.advance(700);
    expect(b.apic.acknowledge()).toBe(0xec);
    expect(() => restore(b.apic, { ...a.apic.save(), lvt: [1] })).toThrow("'lvt' is not a list of 6");
  });
});

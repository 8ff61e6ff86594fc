import { describe, expect, test } from "vitest";
import { restore } from "../../state.js";
import { FakeClock, FakeLines, FakeMsi } from "../../testing.js";
import { Hpet } from "./hpet.js";

function setup(msi?: FakeMsi) {
  const clock = new FakeClock();
  const lines = new FakeLines(24);
  const legacy: boolean[] = [];
  const hpet = new Hpet({ clock, lines: lines.lines, legacy: (on) => legacy.push(on), ...(msi ? { msi } : {}) });
  const get = (offset: number) => hpet.read(offset, 4);
  const set = (offset: number, value: number) => hpet.write(offset, 4, value);
  return { clock, lines, legacy, hpet, get, set };
}

const CONFIG = 0x10;
const COUNTER = 0xf0;
const T0 = 0x100;
const CMP = 0x08;

describe("HPET", () => {
  test("capabilities: 100 MHz, three 64-bit periodic timers, route 2", () => {
    const { get } = setup();
    expect(get(0)).toBe(0x8086a201);
    expect(get(4)).toBe(10_000_000);
    expect(get(T0)).toBe(0x30);
    expect(get(T0 + 4)).toBe(4);
  });

  test("the counter counts while enabled and can be set while stopped", () => {
    const { clock, get, set } = setup();
    clock.advance(1000);
    set(COUNTER, 0xfffffff0);
    set(COUNTER + 4, 0x12);
    set(CONFIG, 1);
    set(COUNTER, 0);
    clock.advance(150);
    expect([get(COUNTER), get(COUNTER + 4)]).toEqual([0xffffffff, 0x12]);
    clock.advance(10);
    expect(get(COUNTER + 4)).toBe(0x13);
    set(CONFIG, 0);
    clock.advance(1000);
    expect(get(COUNTER)).toBe(0);
  });

  test("a 64-bit read in two halves is of one moment", () => {
    const { clock, get, set } = setup();
    set(COUNTER, 0xffffffff);
    set(CONFIG, 1);
    const low = get(COUNTER);
    clock.advance(10);
    expect([low, get(COUNTER + 4)]).toEqual([0xffffffff, 0]);
    expect(get(COUNTER + 4)).toBe(1);
  });

  test("one-shot, edge", () => {
    const { clock, lines, set } = setup();
    set(CONFIG, 1);
    set(T0, 0x104 | (2 << 9));
    set(T0 + CMP, 1000);
    clock.advance(9_999);
    expect(lines.at(2).rises).toBe(0);
    clock.advance(1);
    expect(lines.at(2).rises).toBe(1);
    expect(lines.at(2).level).toBe(false);
    clock.advance(1e9);
    expect(lines.at(2).rises).toBe(1);
  });

  test("periodic as Linux programs it: comparator with SETVAL, then the period", () => {
    const { clock, lines, get, set } = setup();
    set(CONFIG, 1);
    clock.advance(500);
    set(T0, 0x14c | (2 << 9));
    set(T0 + CMP, 50 + 1000);
    set(T0 + CMP, 1000);
    clock.advance(10_000);
    expect(lines.at(2).rises).toBe(1);
    expect(get(T0 + CMP)).toBe(2050);
    clock.advance(90_000);
    expect(lines.at(2).rises).toBe(10);
    clock.jump(35_000);
    clock.advance(0);
    expect(lines.at(2).rises).toBe(11);
    clock.advance(5_000);
    expect(lines.at(2).rises).toBe(12);
  });

  test("64-bit periodic writes set both halves", () => {
    const { clock, lines, set } = setup();
    set(CONFIG, 1);
    set(T0, 0x04c | (2 << 9));
    set(T0 + CMP, 1000);
    set(T0 + CMP + 4, 0);
    clock.advance(10_000);
    clock.advance(10_000);
    expect(lines.at(2).rises).toBe(2);
  });

  test("level interrupts stay until their status bit is cleared", () => {
    const { clock, lines, get, set } = setup();
    set(CONFIG, 1);
    set(T0 + 0x20, 0x106 | (2 << 9));
    set(T0 + 0x20 + CMP, 100);
    clock.advance(2000);
    expect(lines.at(2).level).toBe(true);
    expect(get(0x20)).toBe(2);
    set(0x20, 1);
    expect(lines.at(2).level).toBe(true);
    set(0x20, 2);
    expect(lines.at(2).level).toBe(false);
    expect(get(0x20)).toBe(0);
  });

  test("legacy replacement routes timers 0 and 1 to IRQ 0 and 8", () => {
    const { clock, lines, legacy, hpet, set } = setup();
    set(CONFIG, 3);
    set(T0, 0x104);
    set(T0 + 0x20, 0x104);
    set(T0 + CMP, 10);
    set(T0 + 0x20 + CMP, 20);
    clock.advance(1000);
    expect([lines.at(0).rises, lines.at(8).rises]).toEqual([1, 1]);
    hpet.reset();
    expect(legacy).toEqual([true, false]);
  });

  test("a periodic timer with its interrupt off wakes nobody and keeps its phase", () => {
    const { clock, lines, get, set } = setup();
    set(CONFIG, 1);
    set(T0, 0x14c | (2 << 9));
    set(T0 + CMP, 100);
    set(T0 + CMP, 100);
    clock.advance(1000);
    expect(lines.at(2).rises).toBe(1);
    set(T0, 0x108 | (2 << 9));
    expect(clock.next).toBe(Number.POSITIVE_INFINITY);
    clock.advance(10_500);
    expect(get(T0 + CMP)).toBe(1200);
    set(T0, 0x10c | (2 << 9));
    expect(clock.next).toBe(12_000);
    clock.advance(500);
    expect(lines.at(2).rises).toBe(2);
  });

  test("a periodic timer goes on when the host is held up at any moment", () => {
    const { clock, lines, set } = setup();
    set(CONFIG, 1);
    set(T0, 0x14c | (2 << 9));
    set(T0 + CMP, 100);
    set(T0 + CMP, 100);
    const now = clock.now.bind(clock);
    for (let look = 0; look < 6; look++) {
      let left = look;
      clock.now = () => {
        if (left-- === 0) clock.jump(2500);
        return now();
      };
      const before = lines.at(2).rises;
      clock.advance(10_000);
      expect(lines.at(2).rises - before).toBeGreaterThanOrEqual(6);
    }
  });

  test("FSB delivery", () => {
    const msi = new FakeMsi();
    const { clock, get, set } = setup(msi);
    expect(get(T0)).toBe(0x8030);
    set(CONFIG, 1);
    set(T0 + 0x10, 0x41);
    set(T0 + 0x14, 0xfee00000);
    set(T0, 0x4104);
    set(T0 + CMP, 10);
    clock.advance(100);
    expect(msi.sent).toEqual([{ address: 0xfee00000, data: 0x41 }]);
  });

  test("snapshot keeps counter and comparators", () => {
    const a = setup();
    a.set(COUNTER + 4, 7);
    a.set(CONFIG, 1);
    a.set(T0, 0x104 | (2 << 9));
    a.set(T0 + CMP, 1000);
    a.clock.advance(4000);
    const b = setup();
    b.clock.advance(4000);
    restore(b.hpet, a.hpet.save());
    expect([b.get(COUNTER), b.get(COUNTER + 4)]).toEqual([400, 7]);
    b.clock.advance(6000);
    expect(b.lines.at(2).rises).toBe(1);
  });
});

import { describe, expect, test } from "vitest";
import { Random } from "../../../../testing/random.js";
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

  describe("a host that is held up between two accesses", () => {
    const ONE_SHOT_32 = 0x104 | (2 << 9);
    const ONE_SHOT_64 = 0x004 | (2 << 9);
    const PERIODIC_32 = 0x14c | (2 << 9);
    const HELD_UP = 20_000_000;
    const running = () => {
      const it = setup();
      it.clock.advance(123_457);
      it.set(CONFIG, 1);
      return it;
    };

    test.each([
      ["32-bit", ONE_SHOT_32],
      ["64-bit", ONE_SHOT_64],
    ])("between counter and comparator, %s", (_, config) => {
      const { clock, lines, get, set } = running();
      set(T0, config);
      set(T0 + CMP + 4, 0);
      const now = get(COUNTER);
      clock.jump(HELD_UP);
      set(T0 + CMP, now + 1000);
      clock.advance(0);
      expect(lines.at(2).rises).toBe(1);
      // As Linux sees that the time is over.
      expect(now + 1000 - get(COUNTER)).toBeLessThan(128);
      clock.advance(1e9);
      expect(lines.at(2).rises).toBe(1);
    });

    test("between counter and comparator, periodic", () => {
      const { clock, lines, get, set } = running();
      const now = get(COUNTER);
      set(T0, PERIODIC_32);
      clock.jump(HELD_UP);
      set(T0 + CMP, now + 100_000);
      clock.jump(HELD_UP);
      set(T0 + CMP, 100_000);
      clock.advance(10_000_000);
      expect(lines.at(2).rises).toBeGreaterThanOrEqual(10);
    });

    test("between comparator and reading the counter back", () => {
      const { clock, lines, get, set } = running();
      set(T0, ONE_SHOT_32);
      const comparator = get(COUNTER) + 1000;
      set(T0 + CMP, comparator);
      clock.jump(HELD_UP);
      expect(get(COUNTER)).toBeGreaterThan(comparator);
      clock.advance(0);
      expect(lines.at(2).rises).toBe(1);
    });

    test("between comparator and switching the interrupt on", () => {
      const { clock, lines, get, set } = running();
      set(T0, ONE_SHOT_32 & ~4);
      set(T0 + CMP, get(COUNTER) + 1000);
      clock.jump(HELD_UP);
      set(T0, ONE_SHOT_32);
      clock.advance(0);
      expect(lines.at(2).rises).toBe(1);
      // It was told of this one.
      set(T0, ONE_SHOT_32 & ~4);
      set(T0, ONE_SHOT_32);
      clock.advance(1e9);
      expect(lines.at(2).rises).toBe(1);
    });

    test("before the counter is stopped", () => {
      const { clock, lines, get, set } = running();
      set(T0, ONE_SHOT_32);
      set(T0 + CMP, get(COUNTER) + 1000);
      set(T0 + 0x20, PERIODIC_32);
      set(T0 + 0x20 + CMP, get(COUNTER) + 2000);
      set(T0 + 0x20 + CMP, 2000);
      clock.jump(HELD_UP);
      set(CONFIG, 0);
      clock.jump(HELD_UP);
      expect(lines.at(2).rises).toBe(2);
      set(CONFIG, 1);
      clock.advance(1_000_000);
      expect(lines.at(2).rises).toBe(52);
    });

    test("but a comparator that the guest knows to be past waits for a turn of the counter", () => {
      const { clock, lines, get, set } = running();
      clock.advance(1_000_000);
      set(T0, ONE_SHOT_32);
      set(T0 + CMP, get(COUNTER) - 1);
      clock.advance(42_949_672_940);
      expect(lines.at(2).rises).toBe(0);
      clock.advance(20);
      expect(lines.at(2).rises).toBe(1);
    });

    test("and one set by a look of long ago as well", () => {
      const { clock, lines, get, set } = running();
      set(T0, ONE_SHOT_32);
      const now = get(COUNTER);
      clock.jump(1e9);
      set(T0 + CMP, now + 1000);
      clock.advance(1e9);
      expect(lines.at(2).rises).toBe(0);
    });

    test("a guest that sets the comparator again and again misses no tick, wherever that is", () => {
      const seed = Number(process.env.HPET_SEED ?? Math.floor(Math.random() * 2 ** 31));
      console.log(`HPET: seed ${seed}`);
      const random = new Random(seed);
      for (let n = 0; n < 2000; n++) {
        const { clock, lines, get, set } = running();
        const holdUp = () => clock.jump(random.below(3) === 0 ? random.below(HELD_UP) : random.below(300));
        set(T0, ONE_SHOT_32 & (random.below(2) ? ~4 : ~0));
        holdUp();
        const comparator = (get(COUNTER) + random.below(1_000_000)) >>> 0;
        holdUp();
        set(T0 + CMP, comparator);
        holdUp();
        set(T0, ONE_SHOT_32);
        holdUp();
        const back = get(COUNTER);
        clock.advance(Math.max(0, comparator - back) * 10 + 10);
        expect(lines.at(2).rises, `round ${n}`).toBe(1);
      }
    });
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

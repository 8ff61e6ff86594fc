import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { restore } from "../../state.js";
import { FakeClock, FakeLines, FakeLog } from "../../testing.js";
import { Mtimer } from "./mtimer.js";
import { MTIME, MTIMECMP } from "./registers.js";
import { Swi } from "./swi.js";

function setup(harts = 2, clock = new FakeClock()) {
  const lines = new FakeLines(harts);
  const log = new FakeLog();
  const timer = new Mtimer(clock, lines.lines, log);
  const get64 = (offset: number) => BigInt(timer.read(offset, 4)) | (BigInt(timer.read(offset + 4, 4)) << 32n);
  const set64 = (offset: number, value: bigint) => {
    timer.write(offset, 4, Number(value & 0xffff_ffffn));
    timer.write(offset + 4, 4, Number(value >> 32n));
  };
  return { clock, lines, log, timer, get64, set64, compare: (hart: number) => MTIMECMP + 8 * hart };
}

describe("MTIMER", () => {
  it("counts 10 MHz of virtual time", () => {
    const { clock, timer, get64 } = setup();
    clock.advance(199);
    expect([get64(MTIME), timer.time()]).toEqual([1n, 1n]);
    clock.advance(1e9);
    expect(get64(MTIME)).toBe(10_000_001n);
  });

  it("interrupts a hart at its comparator, and holds until that is moved", () => {
    const { clock, lines, set64, get64, compare } = setup();
    expect(get64(compare(1))).toBe(0xffff_ffff_ffff_ffffn);
    expect(clock.next).toBe(Number.POSITIVE_INFINITY);
    set64(compare(1), 1000n);
    clock.advance(99_999);
    expect(lines.lines.map((line) => line.level)).toEqual([false, false]);
    clock.advance(1);
    expect(lines.lines.map((line) => line.level)).toEqual([false, true]);
    clock.advance(1e9);
    expect(lines.at(1).rises).toBe(1);
    set64(compare(1), 10_001_001n);
    expect(lines.at(1).level).toBe(false);
    clock.advance(100);
    expect(lines.at(1).rises).toBe(2);
  });

  it("interrupts at once where the comparator is behind", () => {
    const { clock, lines, set64, compare } = setup();
    clock.advance(1e6);
    set64(compare(0), 10_000n);
    expect(lines.at(0).level).toBe(true);
    set64(compare(0), 10_001n);
    expect(lines.at(0).level).toBe(false);
    set64(compare(0), 0n);
    expect(lines.at(0).level).toBe(true);
  });

  it("keeps one moment for both halves of the counter", () => {
    const { clock, timer, set64 } = setup();
    set64(MTIME, 0x1_ffff_ffffn);
    const low = timer.read(MTIME, 4);
    clock.advance(100);
    expect([low, timer.read(MTIME + 4, 4), timer.read(MTIME + 4, 4)]).toEqual([0xffffffff, 1, 2]);
  });

  it("moves comparators with a counter that is written", () => {
    const { clock, lines, set64, get64, timer, compare } = setup();
    set64(compare(0), 5000n);
    clock.advance(100_000);
    set64(MTIME, 4999n);
    expect([lines.at(0).level, timer.time()]).toEqual([false, 4999n]);
    clock.advance(100);
    expect(lines.at(0).level).toBe(true);
    set64(MTIME, 0xffff_ffff_ffff_ffffn);
    clock.advance(200);
    expect([get64(MTIME), lines.at(0).level]).toEqual([1n, false]);
    timer.reset();
    expect([get64(MTIME), get64(compare(0))]).toEqual([0n, 0xffff_ffff_ffff_ffffn]);
  });

  it("refuses what is no register", () => {
    const { timer, log } = setup();
    timer.write(MTIMECMP + 16, 4, 1);
    timer.write(MTIME, 2, 1);
    expect([timer.read(MTIMECMP + 16, 4), timer.read(MTIMECMP, 1), timer.time()]).toEqual([0, 0, 0n]);
    expect(log.guestErrors).toHaveLength(4);
    expect(log.guestErrors[0]).toBe("mtimer: write of 4 bytes at offset 0x10, where no register is");
  });

  it("gives back whatever was saved, and goes on alike", () => {
    const word = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 0xffffffff }));
    const step = fc.tuple(fc.constantFrom(0, 4, 8, 12, MTIME, MTIME + 4), word, fc.constantFrom(0, 50, 100, 777, 1e9));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.array(step, { maxLength: 20 }), (before, after) => {
        const first = setup();
        for (const [offset, value, ns] of before) {
          first.timer.write(offset, 4, value);
          first.clock.jump(ns);
        }
        first.timer.read(MTIME, 4);
        const other = new FakeClock();
        other.advance(first.clock.now());
        const second = setup(2, other);
        restore(second.timer, first.timer.save());
        expect(second.timer.save()).toEqual(first.timer.save());
        for (const [offset, value, ns] of after) {
          for (const one of [first, second]) {
            one.clock.advance(ns);
            one.timer.write(offset, 4, value);
          }
          expect(second.lines.lines.map((line) => line.level)).toEqual(first.lines.lines.map((line) => line.level));
          expect(second.timer.save()).toEqual(first.timer.save());
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("software interrupts", () => {
  it("of MSWI are levels that read back", () => {
    const lines = new FakeLines(2);
    const swi = new Swi("riscv.aclint.mswi", lines.lines);
    swi.write(4, 4, 0xffffffff);
    expect([swi.read(0, 4), swi.read(4, 4)]).toEqual([0, 1]);
    expect(lines.lines.map((line) => line.level)).toEqual([false, true]);
    const loaded = new FakeLines(2);
    const other = new Swi("riscv.aclint.mswi", loaded.lines);
    restore(other, swi.save());
    expect(other.save()).toEqual(swi.save());
    expect(loaded.at(1).level).toBe(true);
    swi.write(4, 4, 2);
    expect(lines.at(1).level).toBe(false);
    other.reset();
    expect(loaded.at(1).level).toBe(false);
  });

  it("of SSWI are edges and read as zero", () => {
    const lines = new FakeLines(2);
    const swi = new Swi("riscv.aclint.sswi", lines.lines);
    swi.write(0, 4, 1);
    swi.write(0, 4, 0);
    expect([swi.read(0, 4), lines.at(0).rises, lines.at(0).level]).toEqual([0, 1, false]);
  });

  it("refuses harts there are not", () => {
    const log = new FakeLog();
    const swi = new Swi("riscv.aclint.mswi", new FakeLines(1).lines, log);
    swi.write(4, 4, 1);
    swi.write(0, 1, 1);
    expect([swi.read(2, 2), log.guestErrors.length]).toEqual([0, 3]);
  });
});

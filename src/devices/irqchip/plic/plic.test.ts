import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { restore } from "../../state.js";
import { FakeLines, FakeLog } from "../../testing.js";
import { Plic } from "./plic.js";
import { CLAIM, CONTEXT_STRIDE, CONTEXTS, ENABLES, ENABLES_STRIDE, PENDING, THRESHOLD } from "./registers.js";

/** As on QEMU's virt with one hart: 96 sources, priorities of three bits, contexts for M and S mode. */
function setup(contexts = 2) {
  const lines = new FakeLines(contexts);
  const log = new FakeLog();
  const plic = new Plic({ sources: 96, priorityBits: 3, contexts: lines.lines, log });
  const get = (offset: number) => plic.read(offset, 4);
  const set = (offset: number, value: number) => plic.write(offset, 4, value);
  const context = (n: number) => CONTEXTS + n * CONTEXT_STRIDE;
  return {
    ...{ lines, log, plic, get, set },
    priority: (source: number, value: number) => set(4 * source, value),
    enable: (n: number, ...sources: number[]) => {
      for (const source of sources) {
        const at = ENABLES + n * ENABLES_STRIDE + 4 * (source >> 5);
        set(at, (get(at) | (1 << (source & 31))) >>> 0);
      }
    },
    threshold: (n: number, value: number) => set(context(n) + THRESHOLD, value),
    claim: (n: number) => get(context(n) + CLAIM),
    complete: (n: number, source: number) => set(context(n) + CLAIM, source),
    pending: (source: number) => (get(PENDING + 4 * (source >> 5)) >>> (source & 31)) & 1,
  };
}

describe("PLIC", () => {
  it("keeps as many bits as there are priorities and sources", () => {
    const { get, set, plic } = setup();
    set(4 * 96, 0xffffffff);
    set(0, 7);
    set(ENABLES, 0xffffffff);
    set(ENABLES + 12, 0xffffffff);
    set(CONTEXTS, 0xfffffffa);
    expect([get(4 * 96), get(0), get(ENABLES), get(ENABLES + 12), get(CONTEXTS)]).toEqual([7, 0, 0xfffffffe, 1, 2]);
    expect(plic.size).toBe(0x202000);
  });

  it("interrupts where a source is enabled and above the threshold", () => {
    const { plic, lines, priority, enable, threshold, pending } = setup();
    plic.input(10).set(true);
    expect(pending(10)).toBe(1);
    priority(10, 3);
    expect(lines.lines.map((line) => line.level)).toEqual([false, false]);
    enable(1, 10);
    expect(lines.lines.map((line) => line.level)).toEqual([false, true]);
    threshold(1, 3);
    expect(lines.at(1).level).toBe(false);
    threshold(1, 2);
    expect(lines.at(1).level).toBe(true);
    priority(10, 0);
    expect(lines.at(1).level).toBe(false);
  });

  it("claims the most urgent first, of equal ones the lowest number, whatever the threshold", () => {
    const { plic, priority, enable, threshold, claim, lines } = setup();
    for (const [source, value] of [
      [70, 5],
      [33, 5],
      [10, 1],
      [96, 0],
    ] as const) {
      priority(source, value);
      enable(0, source);
      plic.input(source).set(true);
    }
    threshold(0, 7);
    expect(lines.at(0).level).toBe(false);
    expect([claim(0), claim(0), claim(0), claim(0)]).toEqual([33, 70, 10, 0]);
  });

  it("asks again when a level outlives its handler, and not before", () => {
    const { plic, priority, enable, claim, complete, lines, pending } = setup();
    const line = plic.input(8);
    priority(8, 1);
    enable(1, 8);
    line.set(true);
    expect(claim(1)).toBe(8);
    expect([lines.at(1).level, pending(8)]).toEqual([false, 0]);
    line.set(false);
    line.set(true);
    expect(lines.at(1).level).toBe(false);
    complete(1, 8);
    expect([lines.at(1).level, claim(1)]).toEqual([true, 8]);
    line.set(false);
    complete(1, 8);
    expect([lines.at(1).level, pending(8)]).toEqual([false, 0]);
  });

  it("keeps a request whose level went away", () => {
    const { plic, priority, enable, claim } = setup();
    priority(8, 1);
    enable(1, 8);
    plic.input(8).set(true);
    plic.input(8).set(false);
    expect([claim(1), claim(1)]).toEqual([8, 0]);
  });

  it("ignores the completion of what is not enabled, not claimed or not there", () => {
    const { plic, priority, enable, claim, complete, lines } = setup();
    priority(8, 1);
    enable(1, 8);
    plic.input(8).set(true);
    expect(claim(1)).toBe(8);
    for (const source of [0, 9, 97, 1024, 0xffffffff]) complete(1, source);
    complete(0, 8);
    expect(lines.at(1).level).toBe(false);
    complete(1, 8);
    expect(lines.at(1).level).toBe(true);
  });

  it("gives a source to one of two contexts", () => {
    const { plic, priority, enable, claim, lines } = setup();
    priority(4, 2);
    enable(0, 4);
    enable(1, 4);
    plic.input(4).set(true);
    expect(lines.lines.map((line) => line.level)).toEqual([true, true]);
    expect([claim(1), claim(0)]).toEqual([4, 0]);
    expect(lines.lines.map((line) => line.level)).toEqual([false, false]);
  });

  it("refuses what is no register, and inputs there are not", () => {
    const { plic, log, get, set } = setup();
    set(PENDING, 1);
    for (const offset of [4 * 97, 0x1010, ENABLES + 0x100, ENABLES + 16, CONTEXTS + 8, CONTEXTS + 0x2000]) {
      expect(get(offset)).toBe(0);
      set(offset, 1);
    }
    plic.write(4, 1, 3);
    expect(plic.read(2, 2)).toBe(0);
    expect(log.guestErrors).toHaveLength(15);
    expect(log.guestErrors[0]).toBe("plic: write at offset 0x1000, where no register is");
    expect(() => plic.input(0)).toThrow("irq=0: there are interrupts 1 to 96");
    expect(() => plic.input(97)).toThrow("irq=97");
  });

  it("is empty after a reset but for what devices still ask for", () => {
    const { plic, priority, enable, claim, lines, pending } = setup();
    priority(5, 1);
    enable(0, 5);
    plic.input(5).set(true);
    claim(0);
    plic.reset();
    expect([lines.at(0).level, pending(5), claim(0)]).toEqual([false, 1, 0]);
  });

  it("gives back whatever was saved, at any moment", () => {
    const step = fc.oneof(
      fc.record({ what: fc.constant("level"), source: fc.integer({ min: 1, max: 96 }), on: fc.boolean() }),
      fc.record({
        what: fc.constant("write"),
        at: fc.oneof(
          fc.integer({ min: 0, max: 98 }).map((n) => 4 * n),
          fc.integer({ min: 0, max: 80 }).map((n) => ENABLES + 4 * n),
          fc.constantFrom(CONTEXTS, CONTEXTS + 4, CONTEXTS + 0x1000, CONTEXTS + 0x1004),
        ),
        value: fc.oneof(fc.integer({ min: 0, max: 96 }), fc.integer({ min: 0, max: 0xffffffff })),
      }),
      fc.record({ what: fc.constant("claim"), context: fc.integer({ min: 0, max: 1 }) }),
    );
    type Step = { what: string; source?: number; on?: boolean; at?: number; value?: number; context?: number };
    const run = ({ plic, set, claim }: ReturnType<typeof setup>, one: Step) => {
      if (one.what === "level") plic.input(one.source!).set(one.on!);
      else if (one.what === "write") set(one.at!, one.value!);
      else return claim(one.context!);
      return 0;
    };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.array(step, { maxLength: 60 }), (before, after) => {
        const first = setup();
        for (const one of before) run(first, one);
        const second = setup();
        restore(second.plic, first.plic.save());
        expect(second.plic.save()).toEqual(first.plic.save());
        for (const one of after) {
          expect(run(second, one)).toBe(run(first, one));
          const levels = ({ lines }: typeof first) => lines.lines.map((line) => line.level);
          expect(levels(second)).toEqual(levels(first));
        }
        expect(second.plic.save()).toEqual(first.plic.save());
      }),
      { numRuns: 100 },
    );
  });
});

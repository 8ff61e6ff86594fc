// What flushes of the TLB drop: the tables change behind the guest's back, and it looks. (x86's own instructions: tests/arch/x86/cpu/tlb.)

import { describe, expect, it } from "vitest";
import { S_HALTED } from "../../../src/layout/vcpu.js";
import { Assembler, R0, R1 } from "../../../testing/toy/assembler.js";
import * as T from "../../../testing/toy/layout.js";
import { LAYOUTS, TIERS, ToyMachine } from "../../../testing/toy/machine.js";

const CODE = 0x400000;
const READ = CODE;
const RELOAD = CODE + 0x100;
const FLUSH = CODE + 0x200;
const FLUSH_PAGE = CODE + 0x300;
const SPACE = CODE + 0x400;
const DROP_SPACE = CODE + 0x500;
const DROP_PAGE = CODE + 0x600;
const LOCAL = T.PTE_READ | T.PTE_WRITE | T.PTE_EXEC | T.PTE_USER;
const GLOBAL = LOCAL | T.PTE_GLOBAL;
/** Two addresses whose entries have the same place in the TLB, and one beside them. */
const [HERE, RIVAL, BESIDE] = [0x1400000, 0x2400000, 0x1401000];

describe.each(LAYOUTS)("$name", ({ ram }) => {
  describe.each(TIERS)("$name", ({ tier1 }) => {
    function paged() {
      const machine = new ToyMachine(ram, tier1);
      const { vcpu } = machine.cpu;
      // The routines are everybody's.
      machine.mapAt(CODE, machine.take(4096), GLOBAL);
      const routine = (at: number, op: (a: Assembler) => Assembler): void =>
        machine.write(at, op(new Assembler(at)).op("sys", R0, T.SYS_HALT).finish());
      routine(READ, (a) => a.op("ldw", R0, R1, 0));
      routine(RELOAD, (a) => a.op("control", R1, T.CONTROL_TABLES));
      routine(FLUSH, (a) => a.op("control", R1, T.CONTROL_FLUSH));
      routine(FLUSH_PAGE, (a) => a.op("control", R1, T.CONTROL_FLUSH_PAGE));
      routine(SPACE, (a) => a.op("control", R1, T.CONTROL_SPACE));
      routine(DROP_SPACE, (a) => a.op("control", R1, T.CONTROL_DROP_SPACE));
      routine(DROP_PAGE, (a) => a.op("control", R1, T.CONTROL_DROP_PAGE));
      const pages = Array.from({ length: 8 }, (_, n) => {
        const offset = machine.take(4096);
        machine.mapAt(0x3000000 + 4096 * n, offset);
        machine.write(0x3000000 + 4096 * n, Uint8Array.of(n));
        return offset;
      });
      // Tables for all of them are there before anything is looked at.
      for (const va of [HERE, RIVAL, BESIDE]) machine.mapAt(va, pages[0]!, LOCAL);
      const call = (routineAt: number, value: number): number => {
        vcpu.set64(T.T_REG + 8, BigInt(value));
        vcpu.set(S_HALTED, 0);
        machine.start(routineAt);
        machine.run();
        return machine.register("r0");
      };
      return {
        map: (va: number, page: number, flags: number) => machine.mapAt(va, pages[page]!, flags),
        read: (va: number) => call(READ, va),
        reload: () => call(RELOAD, machine.physical(0)),
        flush: () => call(FLUSH, 0),
        flushPage: (va: number) => call(FLUSH_PAGE, va),
        space: (number: number) => call(SPACE, number),
        dropSpace: (number: number) => call(DROP_SPACE, number),
        dropPage: (number: number, va: number) => call(DROP_PAGE, va + number),
      };
    }

    it("new tables drop what is not global, however often an entry has changed its kind", () => {
      const m = paged();
      m.map(HERE, 0, GLOBAL);
      m.map(BESIDE, 1, LOCAL);
      expect([m.read(HERE), m.read(BESIDE)]).toEqual([0, 1]);
      m.reload();
      m.map(HERE, 2, GLOBAL);
      m.map(BESIDE, 3, LOCAL);
      expect([m.read(HERE), m.read(BESIDE)]).toEqual([0, 3]);
      // The global entry is driven out by one that is not, which has to go with the next load, as has the one after it.
      for (const page of [4, 5]) {
        m.map(RIVAL, page, LOCAL);
        expect(m.read(RIVAL)).toBe(page);
        m.reload();
      }
      m.map(RIVAL, 6, LOCAL);
      expect(m.read(RIVAL)).toBe(6);
      expect(m.read(HERE)).toBe(2);
      m.reload();
      m.map(HERE, 7, GLOBAL);
      expect(m.read(HERE)).toBe(2);
      m.flush();
      expect(m.read(HERE)).toBe(7);
    });

    it("the flush of a page drops that page alone", () => {
      const m = paged();
      m.map(HERE, 1, GLOBAL);
      m.map(BESIDE, 2, LOCAL);
      expect([m.read(HERE), m.read(BESIDE)]).toEqual([1, 2]);
      m.map(HERE, 3, GLOBAL);
      m.map(BESIDE, 4, LOCAL);
      m.flushPage(RIVAL);
      expect(m.read(HERE)).toBe(1);
      m.flushPage(HERE);
      expect([m.read(HERE), m.read(BESIDE)]).toEqual([3, 2]);
    });

    /** What is read at HERE and BESIDE in a space. */
    function inSpaces() {
      const m = paged();
      const see = (number: number): [number, number] => {
        m.space(number);
        return [m.read(HERE), m.read(BESIDE)];
      };
      const show = (here: number, beside: number, flags = LOCAL): void => {
        m.map(HERE, here, flags);
        m.map(BESIDE, beside, LOCAL);
      };
      return { ...m, see, show };
    }

    it("another address space sees nothing of the one before, which is as it was when it comes back", () => {
      const m = inSpaces();
      m.show(0, 1);
      expect(m.see(1)).toEqual([0, 1]);
      m.show(2, 3);
      expect(m.see(2)).toEqual([2, 3]);
      m.show(4, 5);
      expect([m.see(1), m.see(2), m.see(1)]).toEqual([
        [0, 1],
        [2, 3],
        [0, 1],
      ]);
      // There is room for two beside the current one: another one drives out the one that was left first.
      expect([m.see(3), m.see(4)]).toEqual([
        [4, 5],
        [4, 5],
      ]);
      m.show(6, 7);
      expect([m.see(2), m.see(3), m.see(4)]).toEqual([
        [6, 7],
        [4, 5],
        [6, 7],
      ]);
    });

    it("global pages are of all address spaces", () => {
      const m = inSpaces();
      m.show(0, 1, GLOBAL);
      expect(m.see(1)).toEqual([0, 1]);
      m.show(2, 3, GLOBAL);
      expect(m.see(2)).toEqual([0, 3]);
      m.dropSpace(2);
      m.show(4, 5, GLOBAL);
      expect([m.see(2), m.see(1)]).toEqual([
        [0, 5],
        [0, 1],
      ]);
      m.flush();
      expect([m.see(1), m.see(2)]).toEqual([
        [4, 5],
        [4, 5],
      ]);
    });

    it("a space, or a page of one, is dropped by its number", () => {
      const m = inSpaces();
      m.show(0, 1);
      for (const number of [1, 2]) m.see(number);
      m.show(2, 3);
      m.dropSpace(1);
      expect([m.see(2), m.see(1)]).toEqual([
        [0, 1],
        [2, 3],
      ]);
      m.show(4, 5);
      m.dropPage(2, HERE);
      m.dropPage(1, BESIDE);
      expect([m.see(1), m.see(2)]).toEqual([
        [2, 5],
        [4, 1],
      ]);
      m.show(6, 7);
      m.flushPage(HERE);
      expect([m.see(2), m.see(1)]).toEqual([
        [6, 1],
        [6, 5],
      ]);
      m.reload();
      expect([m.see(1), m.see(2)]).toEqual([
        [6, 7],
        [6, 7],
      ]);
    });
  });
});

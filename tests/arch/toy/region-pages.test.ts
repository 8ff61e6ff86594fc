// Regions go by virtual address: what they know of their pages ends when a translation is dropped.

import { expect, it } from "vitest";
import { S_GLOBAL_EPOCH, S_REGION_EPOCH } from "../../../src/layout/vcpu.js";
import { RegionTier } from "../../../src/tier1/tier1.js";
import { Assembler, R0, R1, R2, R7 } from "../../../testing/toy/assembler.js";
import * as T from "../../../testing/toy/layout.js";
import { LAYOUTS, ToyMachine } from "../../../testing/toy/machine.js";

const MAIN = 0x400000;
const SYSTEM = 0x800000;
/** A function of its own page, and data. */
const [CODE, DATA] = [0xc00000, 0xc03000];
const PAGES = 0x1000000;
const LOCAL = T.PTE_READ | T.PTE_WRITE | T.PTE_EXEC;
const GLOBAL = LOCAL | T.PTE_GLOBAL;

/** MAIN calls CODE, which adds the number of the page it is mapped to to R0, R1 times. */
class Lab {
  private readonly machine = new ToyMachine(LAYOUTS[0]!.ram, (engine) => new RegionTier(engine, { eager: true }));

  /** `main`: flags of the page that MAIN is in. */
  constructor(main = LOCAL) {
    const { machine } = this;
    machine.cpu.engine.memory.setHot(20);
    machine.map(MAIN, 1, main);
    machine.map(SYSTEM, 1, GLOBAL);
    machine.map(PAGES, 8, LOCAL);
    for (let n = 1; n < 8; n++) {
      const at = PAGES + 4096 * n;
      machine.write(at, new Assembler(at).op("addi", R0, n).op("jr", R7).finish());
    }
    // Tables for both are there before anything is looked at.
    this.map(CODE, 1, LOCAL);
    this.map(DATA, 1, LOCAL);
    const loop = new Assembler(MAIN).label("again").op("call", CODE).op("addi", R1, -1).op("bne", R1, R2, "again");
    machine.write(MAIN, loop.op("sys", R0, T.SYS_HALT).finish());
  }

  map(virtual: number, page: number, flags: number): void {
    this.machine.mapAt(virtual, this.machine.offsetOf(PAGES + 4096 * page), flags);
  }

  private run(pc: number, r0: number, r1: number): void {
    const { machine } = this;
    machine.cpu.setField(T.T_REG + 8 * R0, BigInt(r0));
    machine.cpu.setField(T.T_REG + 8 * R1, BigInt(r1));
    machine.cpu.wake();
    machine.start(pc);
    machine.run();
  }

  calls(times: number): number {
    this.run(MAIN, 0, times);
    return this.machine.register("r0");
  }

  private control(what: number, value: number): void {
    const at = SYSTEM + 64 * what;
    this.machine.write(at, new Assembler(at).op("control", R1, what).op("sys", R0, T.SYS_HALT).finish());
    this.run(at, 0, value);
  }

  flushPage(virtual: number): void {
    this.control(T.CONTROL_FLUSH_PAGE, virtual);
  }

  reload(): void {
    this.control(T.CONTROL_TABLES, this.machine.physical(0));
  }

  epochs(): { all: number; global: number } {
    const { vcpu } = this.machine.cpu;
    return { all: vcpu.get(S_REGION_EPOCH), global: vcpu.get(S_GLOBAL_EPOCH) };
  }

  get inRegions(): number {
    return this.machine.cpu.engine.inRegions;
  }
}

it.each([
  ["global", GLOBAL],
  ["other", LOCAL],
])("the flush of a page of code, %s, ends what regions know of it", (_, flags) => {
  const lab = new Lab();
  for (const page of [1, 2, 3, 2]) {
    lab.map(CODE, page, flags);
    lab.flushPage(CODE);
    expect(lab.calls(300)).toBe(300 * page);
  }
  expect(lab.inRegions).toBeGreaterThan(2000);
});

it("so do new tables, but for global pages", () => {
  const lab = new Lab();
  expect(lab.calls(300)).toBe(300);
  lab.map(CODE, 2, GLOBAL);
  lab.reload();
  expect(lab.calls(300)).toBe(600);
  lab.map(CODE, 3, GLOBAL);
  lab.reload();
  expect(lab.calls(300)).toBe(600);
  // It has been a page of code since before that.
  lab.flushPage(CODE);
  expect(lab.calls(300)).toBe(900);
});

it("a region that begins in a global page looks at its other pages anew after new tables", () => {
  const lab = new Lab(GLOBAL);
  for (const [page, flags] of [
    [1, LOCAL],
    [2, LOCAL],
    [3, GLOBAL],
  ] as const) {
    lab.map(CODE, page, flags);
    lab.reload();
    expect(lab.calls(300)).toBe(300 * page);
  }
  lab.map(CODE, 4, GLOBAL);
  lab.reload();
  expect(lab.calls(300)).toBe(300 * 3);
  expect(lab.inRegions).toBeGreaterThan(2000);
});

it("new tables leave regions in global pages in the dispatcher's cache", () => {
  const lab = new Lab(GLOBAL);
  const before = lab.epochs();
  lab.reload();
  expect(lab.epochs().all).not.toBe(before.all);
  expect(lab.epochs().global).toBe(before.global);
});

it("the flush of a page of data leaves regions as they are", () => {
  const lab = new Lab();
  lab.map(DATA, 4, LOCAL);
  lab.calls(300);
  // Writes the routine, whose page is one of code then.
  lab.flushPage(DATA);
  const before = lab.epochs();
  lab.flushPage(DATA);
  expect(lab.epochs()).toEqual(before);
  expect(lab.calls(300)).toBe(300);
});

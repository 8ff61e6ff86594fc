// Tier 1 in the real engine: the same programs interpreted and in regions, at every instruction count looked at.

import { describe, expect, it } from "vitest";
import { STAT_T1_ENTRIES } from "../../../src/layout/vcpu.js";
import {
  MODULES_OLD,
  MODULES_QUIET_NS,
  MODULES_YOUNG,
  REGION_UNUSED_INSNS,
  RETHINK_PATIENCE_NS,
} from "../../../src/tuning/engine.js";
import type { Assembler } from "../../../testing/toy/assembler.js";
import { ALL_LOOPS, acrossPages, CALLS, compare, lab, loops, MANY_LOOPS, OVERWRITING } from "./tier1-lab.js";

describe("tier 1", () => {
  it("agrees with tier 0 wherever a run stops", () => {
    const { tier } = compare(CALLS(1000), [1, 7, 100, 1, 1, 33, 5000]);
    expect(tier.statistics.made).toBeGreaterThan(0);
  });

  it("spends nearly all instructions in regions", () => {
    const { cpu } = compare(CALLS(20000), [50_000]).machine;
    expect(cpu.engine.inRegions).toBeGreaterThan(0.95 * cpu.instructions);
  });

  it("makes them of a system's code and of programs' after different numbers of executions", () => {
    const made = (system: number, programs: number, user: boolean): number => {
      const { machine, tier } = lab(CALLS(3000), { eager: true, hotBlock: { system, user: programs } }, { user });
      for (let k = 0; k < 3; k++) machine.cpu.run(10_000);
      return tier!.statistics.made;
    };
    expect(made(1000, 1e9, false)).toBeGreaterThan(0);
    expect(made(1e9, 1000, true)).toBeGreaterThan(0);
    expect(made(4000, 1, false)).toBe(0);
    expect(made(1, 4000, true)).toBe(0);
  });

  it("drops a region when its code is written, and makes another", () => {
    const { tier } = compare(OVERWRITING, [1000]);
    expect(tier.statistics.killed).toBeGreaterThan(2);
    expect(tier.statistics.made).toBeGreaterThan(40);
    expect(tier.statistics.regions).toBeLessThan(20);
  });

  it.each([500, 5000, 50_000])("keeps within its limit of code in slices of %d instructions", (slice) => {
    for (const codeBytes of [20_000, 60_000]) {
      const { machine, tier } = lab(loops(600), { eager: true, codeBytes });
      const plain = lab(loops(600)).machine;
      while (machine.cpu.run(slice) === "budget") {
        plain.cpu.run(slice);
        // What the slice has made was looked at where it ended.
        const { bytes, held, modules } = tier!.statistics;
        expect(bytes).toBeLessThanOrEqual(codeBytes);
        expect(held).toBeLessThanOrEqual(2 * codeBytes);
        expect(modules).toBeLessThan(MODULES_YOUNG + MODULES_OLD);
      }
      plain.cpu.run(slice);
      expect(machine.state()).toBe(plain.state());
      expect(tier!.statistics.made).toBe(600);
      expect(tier!.statistics.evicted).toBeGreaterThan(200);
    }
  });

  it("links anew what is left of modules where the host holds more that is dead than the limit allows", () => {
    const { machine, tier } = lab(loops(600), { eager: true, codeBytes: 60_000 });
    let dead = 0;
    while (machine.cpu.run(500) === "budget") {
      const { held, bytes } = tier!.statistics;
      dead = Math.max(dead, held - bytes);
    }
    // Twice there were so many young modules that they were linked into one; the rest was for the dead.
    expect(tier!.statistics.consolidations).toBeGreaterThan(2);
    expect(dead).toBeGreaterThan(10_000);
    expect(tier!.statistics.held).toBeLessThan(70_000);
  });

  it("links small modules into one when there are many", () => {
    const { machine, tier } = lab(MANY_LOOPS, { eager: true });
    for (let at = 0; at < ALL_LOOPS; at += 1000) machine.cpu.run(1000);
    expect(tier!.statistics.made).toBeGreaterThan(MODULES_YOUNG);
    expect(tier!.statistics.consolidations).toBeGreaterThan(0);
    expect(tier!.statistics.modules).toBeLessThan(MODULES_YOUNG);
    const plain = lab(MANY_LOOPS).machine;
    plain.cpu.run(ALL_LOOPS);
    expect(machine.state()).toBe(plain.state());
  });

  it("leaves out of a larger module what has not been entered for long", () => {
    let seconds = 0;
    let skipped = 0;
    const { machine, tier } = lab(
      MANY_LOOPS,
      { eager: true, now: () => seconds * 1e9 },
      { host: (engine) => Object.create(engine, { instructions: { get: () => engine.instructions + skipped } }) },
    );
    const { cpu } = machine;
    while (tier!.statistics.modules < 100) cpu.run(100);
    const { regions } = tier!.statistics;
    // It looks at what is used.
    seconds = 1;
    cpu.run(1);
    skipped = REGION_UNUSED_INSNS;
    cpu.run(100);
    // Quiet is when nothing has been made for long.
    seconds += MODULES_QUIET_NS / 1e9 + 1;
    cpu.run(1);
    expect(tier!.statistics.consolidations).toBe(1);
    expect(tier!.statistics.evicted).toBeGreaterThan(regions - 5);
    for (let k = 0; k < 100; k++) cpu.run(1000);
    expect(tier!.statistics.made).toBeGreaterThan(200);
  });

  it("lets regions wait for a module they share", () => {
    const { tier } = compare(CALLS(5000), [1000], {});
    expect(tier.statistics.made).toBeGreaterThan(0);
    expect(tier.statistics.modules).toBeLessThanOrEqual(tier.statistics.made);
  });
});

it.each<[string, (code: Assembler) => void]>([
  ["in the middle of a block", () => {}],
  ["at its start", (code) => code.op("jmp", "loop")],
])("does accesses in several pages within a region once they have kept leaving it, %s", (_, before) => {
  let now = 0;
  const entries: number[] = [];
  const options = { eager: true, now: () => now };
  const { tier, machine } = compare(acrossPages(200_000, before), [300_000], options, (_, { cpu }) => {
    now += RETHINK_PATIENCE_NS;
    entries.push(cpu.vcpu.stat(STAT_T1_ENTRIES));
  });
  const { cpu } = machine;
  expect(tier.statistics.rethought).toBeGreaterThan(0);
  // At first every turn of the loop left it.
  expect(entries[0]).toBeGreaterThan(20_000);
  expect(entries.at(-1)! - entries.at(-2)!).toBeLessThan(100);
  expect(cpu.engine.inRegions).toBeGreaterThan(0.5 * cpu.instructions);
});

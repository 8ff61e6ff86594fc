// Two CPUs of one engine, without x86: in turns each computes what it does alone, in an address space of its own.

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Vcpu } from "../../../src/engine/vcpu.js";
import { GUEST_STATE_SIZE, S_EXACT, S_GUEST, S_PC, STAT_TLB_FLUSH } from "../../../src/layout/vcpu.js";
import { Assembler, R0, R1, R2, R3, R4, R6, R7 } from "../../../testing/toy/assembler.js";
import * as T from "../../../testing/toy/layout.js";
import { LAYOUTS, TIERS, ToyMachine } from "../../../testing/toy/machine.js";

const CODE = 0x400000;
/** In both address spaces, in pages of each CPU's own. */
const DATA = 0x800000;
const ALL = T.PTE_READ | T.PTE_WRITE | T.PTE_EXEC | T.PTE_USER;
const TURNS = 1500;
const TOTAL = TURNS * 12;

/** Stores across the end of a page and loads it again, runs code in the data, looks at its count, and flushes now and then. */
const program = (): Assembler =>
  new Assembler(CODE)
    .op("li", R0, TURNS)
    .op("li", R2, 0)
    .op("li", R4, DATA)
    .label("loop")
    .op("stw", R1, R4, 0xffe)
    .op("ldw", R3, R4, 0xffe)
    .op("add", R1, R3)
    .op("addi", R1, 7)
    .op("call", DATA + 0x100)
    .op("sys", R3, T.SYS_COUNT)
    .op("xor", R6, R3)
    .op("addi", R0, -1)
    .op("bne", R0, R2, "loop")
    .op("control", R2, T.CONTROL_FLUSH)
    .op("jmp", "loop");

/** In each CPU's page of data: R1 grows by another number. */
const adder = (n: number): Assembler => new Assembler(DATA + 0x100).op("addi", R1, 1000 * (n + 1)).op("jr", R7);

function pair({ ram }: (typeof LAYOUTS)[number], { tier1 }: (typeof TIERS)[number]) {
  const machine = new ToyMachine(ram, tier1, {}, 2);
  const { engine } = machine.cpu;
  const { u8, view, plan } = engine.memory;
  machine.map(CODE, 1);
  machine.map(DATA, 2);
  machine.write(CODE, program().finish());
  machine.write(DATA + 0x100, adder(0).finish());
  // The second CPU's tables: as the first one's but for the data.
  const [upper, lower, data] = [machine.take(4096), machine.take(4096), machine.take(8192)] as const;
  const at = (offset: number): number => plan.ramBase + offset;
  u8.copyWithin(at(upper), at(0), at(4096));
  view.setUint32(at(upper) + 4 * (DATA >>> 22), machine.entryFor(lower, T.PTE_READ), true);
  for (const k of [0, 1])
    view.setUint32(at(lower) + 4 * (((DATA >>> 12) & 1023) + k), machine.entryFor(data + 4096 * k, ALL), true);
  u8.set(adder(1).finish(), at(data) + 0x100);
  const tables = [0, upper];
  const places = [machine.offsetOf(DATA), data];
  engine.vcpus.forEach((vcpu, n) => {
    if (n > 0) engine.reset(vcpu);
    vcpu.set(S_EXACT, 1);
    vcpu.set64(T.T_TABLES, BigInt(machine.physical(tables[n]!)));
    engine.update(vcpu);
    vcpu.set64(S_PC, BigInt(CODE));
  });
  const state = (vcpu: Vcpu): string => {
    const hash = createHash("sha256").update(u8.subarray(vcpu.base + S_GUEST, vcpu.base + S_GUEST + GUEST_STATE_SIZE));
    hash.update(u8.subarray(at(places[vcpu.index]!), at(places[vcpu.index]!) + 4096));
    return [vcpu.instructions, vcpu.stat(STAT_TLB_FLUSH), vcpu.get64(S_PC), hash.digest("hex")].join("\n");
  };
  return { engine, state };
}

describe.each(LAYOUTS)("$name", (layout) => {
  it.each(TIERS)("keep apart what is theirs, $name", (tier) => {
    const { engine, state } = pair(layout, tier);
    const left = [TOTAL, TOTAL];
    let random = 4711;
    for (let turn = 0; left[0]! + left[1]! > 0; turn++) {
      const n = turn & 1;
      random = (Math.imul(random, 1103515245) + 12345) >>> 0;
      const budget = Math.min(left[n]!, 1 + ((random >>> 8) % (turn < 300 ? 30 : 900)));
      if (budget === 0) continue;
      expect(engine.run(budget, engine.vcpus[n]!)).toBe("budget");
      left[n]! -= budget;
    }
    for (const n of [0, 1]) {
      const alone = pair(layout, tier);
      alone.engine.run(TOTAL, alone.engine.vcpus[n]!);
      expect(state(engine.vcpus[n]!)).toBe(alone.state(alone.engine.vcpus[n]!));
      if (tier.tier1) expect(engine.vcpus[n]!.inRegions).toBeGreaterThan(TOTAL / 4);
    }
    const [first, second] = engine.vcpus.map((vcpu) => vcpu.get64(T.T_REG + 8 * R1));
    expect(first).not.toBe(second);
  });
});

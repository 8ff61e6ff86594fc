// Task switches whose new task cannot be: its exceptions are the new task's (Intel SDM volume 3, 7.3), in both tiers.

import { describe, expect, it } from "vitest";
import type { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import * as X from "../../../../src/arch/x86/layout.js";
import type { Engine, Tier1 } from "../../../../src/engine/engine.js";
import { S_HALTED } from "../../../../src/layout/vcpu.js";
import { RegionTier } from "../../../../src/tier1/tier1.js";
import { bareCpu, poke } from "../../../../testing/x86/bare.js";

const [CODE, GDT, IDT, TSS, OTHER, HANDLER, STACK] = [0x7c00, 0x1000, 0x2000, 0x3000, 0x4000, 0x500, 0x6000];
const [CS, DS, THIS_TASK, OTHER_TASK] = [0x08, 0x10, 0x18, 0x20];
const TS = 10;
const BEGIN = 0x8000;

const eager = (engine: Engine): Tier1 => new RegionTier(engine, { eager: true });
const word = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];

/** inc eax; inc eax; jmp OTHER_TASK:0, which begins at BEGIN, where there is HLT, with `stack` for SS. */
function beforeSwitch(cpu: X86Cpu, stack: number, idtLimit: number): void {
  const descriptor = (selector: number, base: number, limit: number, high: number) =>
    poke(cpu, GDT + selector, [...word((base << 16) | limit), ...word(high)]);
  descriptor(CS, 0, 0xffff, 0x00cf9b00);
  descriptor(DS, 0, 0xffff, 0x00cf9300);
  descriptor(THIS_TASK, TSS, 0x67, 0x8b00);
  descriptor(OTHER_TASK, OTHER, 0x67, 0x8900);
  poke(cpu, IDT + 8 * TS, [...word((CS << 16) | HANDLER), ...word(0x8e00)]);
  const state = [
    [0x20, BEGIN],
    [0x24, 2],
    [0x38, STACK],
    [0x4c, CS],
    [0x50, stack],
    [0x54, DS],
  ] as const;
  for (const [at, value] of state) poke(cpu, OTHER + at, word(value));
  cpu.setField(X.X_CR0, 0x11n);
  cpu.setField(X.X_GDT_BASE, BigInt(GDT));
  cpu.setField32(X.X_GDT_LIMIT, 0x27);
  cpu.setField(X.X_IDT_BASE, BigInt(IDT));
  cpu.setField32(X.X_IDT_LIMIT, idtLimit);
  cpu.setSegment(X.CS, CS, 0n, 0xffffffffn, 0xc09b);
  for (const n of [X.SS, X.DS, X.ES]) cpu.setSegment(n, DS, 0n, 0xffffffffn, 0xc093);
  cpu.setSegment(X.TR, THIS_TASK, BigInt(TSS), 0x67n, 0x8b);
  cpu.setGpr("rsp", BigInt(STACK));
  cpu.setPc(BigInt(CODE));
  cpu.engine.vcpu.set(S_HALTED, 0);
  cpu.update();
}

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  it("a task without a stack for its exceptions shuts down, where the switch was asked for", () => {
    for (const limit of [0, 8 * TS + 7]) {
      const cpu = bareCpu({}, tier1 ? { tier1: eager } : {});
      if (tier1) cpu.engine.memory.setHot(1);
      poke(cpu, CODE, [0x40, 0x40, 0xea, 0, 0, 0, 0, OTHER_TASK, 0]);
      poke(cpu, BEGIN, [0xf4]);
      // From a region in the end.
      for (let round = 0; round < 3; round++) {
        beforeSwitch(cpu, DS, limit);
        expect(cpu.run(1000)).toBe("halt");
        expect(cpu.pc).toBe(BigInt(BEGIN + 1));
      }
      if (tier1) expect(cpu.engine.inRegions).toBeGreaterThan(0);
      beforeSwitch(cpu, 0, limit);
      expect(cpu.run(1000)).toBe("shutdown");
      expect(cpu.pc).toBe(BigInt(CODE + 2));
    }
  });

  it("a task is left by code beside its state, which is saved over the code's granule", () => {
    const cpu = bareCpu({}, tier1 ? { tier1: eager } : {});
    if (tier1) cpu.engine.memory.setHot(1);
    const beside = TSS + 0x68;
    poke(cpu, beside, [0x40, 0x40, 0xea, 0, 0, 0, 0, OTHER_TASK, 0]);
    poke(cpu, BEGIN, [0xf4]);
    for (let round = 0; round < 3; round++) {
      beforeSwitch(cpu, DS, 8 * TS + 7);
      cpu.setPc(BigInt(beside));
      expect(cpu.run(1000)).toBe("halt");
      expect(cpu.pc).toBe(BigInt(BEGIN + 1));
    }
  });
});

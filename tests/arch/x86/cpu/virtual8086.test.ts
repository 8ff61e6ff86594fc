// Virtual-8086 mode ends at 64 KiB (Intel SDM volume 3, 21.2.1): code that goes on past it, and an IRET that would begin there, in both tiers.

import { describe, expect, it } from "vitest";
import type { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import * as X from "../../../../src/arch/x86/layout.js";
import type { Engine, Tier1 } from "../../../../src/engine/engine.js";
import { RegionTier } from "../../../../src/tier1/tier1.js";
import { bareCpu, peek16, poke } from "../../../../testing/x86/bare.js";

const [GDT, IDT, TSS, HANDLER, CODE, FRAME, STACK] = [0x1000, 0x2000, 0x3000, 0x500, 0x7c00, 0x5000, 0x6000];
const [CS, DS, TASK] = [0x08, 0x10, 0x18];
const GP = 13;
/** VM, and the bit that is always set. */
const VM = 0x20002;
/** Segment of the virtual-8086 code, and one at whose end RAM ends. */
const SEGMENTS = [0x2000, 0xf000];
const RAM = 0x100000;

const eager = (engine: Engine): Tier1 => new RegionTier(engine, { eager: true });
const word = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
const peek32 = (cpu: X86Cpu, at: number): number => peek16(cpu, at) + 0x10000 * peek16(cpu, at + 2);

/** A CPU of ring 0 before an IRETD to segment:eip. The handler of #GP is HLT on the stack at STACK. */
function beforeIret(tier1: boolean, segment: number, eip: number): X86Cpu {
  const cpu = bareCpu({}, { ram: [{ address: 0, length: RAM }], ...(tier1 ? { tier1: eager } : {}) });
  if (tier1) cpu.engine.memory.setHot(1);
  const descriptor = (selector: number, base: number, limit: number, high: number) =>
    poke(cpu, GDT + selector, [...word((base << 16) | limit), ...word(high)]);
  descriptor(CS, 0, 0xffff, 0x00cf9b00);
  descriptor(DS, 0, 0xffff, 0x00cf9300);
  poke(cpu, IDT + 8 * GP, [...word((CS << 16) | HANDLER), ...word(0x8e00)]);
  poke(cpu, TSS + 4, [...word(STACK), ...word(DS)]);
  poke(cpu, CODE, [0xcf]);
  poke(cpu, HANDLER, [0xf4]);
  const frame = [eip, segment, VM, 0x100, 0x3000, 0, 0, 0, 0];
  poke(cpu, FRAME, frame.flatMap(word));
  cpu.setField(X.X_CR0, 0x11n);
  cpu.setField(X.X_GDT_BASE, BigInt(GDT));
  cpu.setField32(X.X_GDT_LIMIT, 0x1f);
  cpu.setField(X.X_IDT_BASE, BigInt(IDT));
  cpu.setField32(X.X_IDT_LIMIT, 8 * GP + 7);
  cpu.setSegment(X.CS, CS, 0n, 0xffffffffn, 0xc09b);
  for (const n of [X.SS, X.DS, X.ES]) cpu.setSegment(n, DS, 0n, 0xffffffffn, 0xc093);
  cpu.setSegment(X.TR, TASK, BigInt(TSS), 0x67n, 0x8b);
  cpu.setGpr("rsp", BigInt(FRAME));
  cpu.setPc(BigInt(CODE));
  cpu.update();
  return cpu;
}

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  it.each(SEGMENTS)("code of segment %i ends there, with a frame of its own", (segment) => {
    const cpu = beforeIret(tier1, segment, 0xfffe);
    // nop; nop
    poke(cpu, 16 * segment + 0xfffe, [0x90, 0x90]);
    expect(cpu.run(100)).toBe("halt");
    expect(cpu.pc).toBe(BigInt(HANDLER + 1));
    // Error code, EIP, CS, EFLAGS, ESP, SS, ES, DS, FS, GS.
    expect(cpu.gpr("rsp")).toBe(BigInt(STACK - 40));
    const [error, eip, cs, flags] = [0, 4, 8, 12].map((at) => peek32(cpu, STACK - 40 + at));
    expect([error, eip, cs, flags! & VM]).toEqual([0, 0x10000, segment, VM]);
  });

  it.each(SEGMENTS)("IRETD to 10000h of segment %i is refused in ring 0", (segment) => {
    const cpu = beforeIret(tier1, segment, 0x10000);
    expect(cpu.run(100)).toBe("halt");
    expect(cpu.pc).toBe(BigInt(HANDLER + 1));
    // Error code, EIP, CS, EFLAGS, on the stack that the frame is on.
    expect(cpu.gpr("rsp")).toBe(BigInt(FRAME - 16));
    expect([0, 4, 8].map((at) => peek32(cpu, FRAME - 16 + at))).toEqual([0, CODE, CS]);
  });
});

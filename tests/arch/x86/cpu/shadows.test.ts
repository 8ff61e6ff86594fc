// Interrupts that arrive at any instruction of hot loops: never in the shadow of STI, MOV SS and POP SS, never with IF clear,
// nothing is lost or done twice; single-step through a loop. In both tiers.

import { describe, expect, it } from "vitest";
import { INTR } from "../../../../src/arch/x86/arch.js";
import type { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import * as X from "../../../../src/arch/x86/layout.js";
import type { Engine, Tier1 } from "../../../../src/engine/engine.js";
import * as L from "../../../../src/layout/layout.js";
import { RegionTier } from "../../../../src/tier1/tier1.js";
import { bareCpu, peek16, poke } from "../../../../testing/x86/bare.js";

const CODE = 0x7c00;
const HANDLER = 0x500;
const STACK = 0x7000;
const VECTOR = 0x20;
const SINGLE_STEP = 1;

/** Makes its modules at once. */
const eager = (engine: Engine): Tier1 => new RegionTier(engine, { eager: true });

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  /** Real mode at CODE; the handler counts in SI: inc si; iret. */
  function realMode(code: readonly number[], flags: number): X86Cpu {
    const acknowledge = (): number => {
      cpu.setInterrupt(INTR, false);
      return VECTOR;
    };
    const cpu: X86Cpu = bareCpu({ acknowledge }, { icountShift: 0, ...(tier1 ? { tier1: eager } : {}) });
    if (tier1) cpu.engine.memory.setHot(2);
    for (const vector of [SINGLE_STEP, VECTOR]) poke(cpu, vector * 4, [HANDLER & 0xff, HANDLER >> 8, 0, 0]);
    poke(cpu, HANDLER, [0x46, 0xcf]);
    poke(cpu, CODE, code);
    cpu.setSegment(X.CS, 0, 0n, 0xffffn, 0x9b);
    cpu.setSegment(X.SS, 0, 0n, 0xffffn, 0x93);
    cpu.setPc(BigInt(CODE));
    cpu.setGpr("rsp", BigInt(STACK));
    // After reset it is the processor's signature.
    cpu.setGpr("rdx", 0n);
    cpu.setField(X.X_FLAGS, BigInt(flags));
    cpu.update();
    return cpu;
  }

  /** Offsets in the code at which interrupts came, when one is pending after every `n` instructions, n = 1 to 60. */
  function interrupted(code: readonly number[], flags: number): { offsets: Set<number>; cpu: X86Cpu; count: number } {
    const offsets = new Set<number>();
    const cpu = realMode(code, flags);
    let count = 0;
    for (let n = 1; n <= 60; n++) {
      for (let k = 0; k < 10; k++) {
        cpu.run(n);
        const seen = cpu.gpr("rsi") & 0xffffn;
        cpu.setInterrupt(INTR, true);
        // The interrupt, perhaps after a shadow, and its handler's first instruction.
        for (let step = 0; step < 12 && (cpu.gpr("rsi") & 0xffffn) === seen; step++) cpu.run(1);
        expect((cpu.gpr("rsi") & 0xffffn) - seen).toBe(1n);
        count++;
        offsets.add(peek16(cpu, Number(cpu.gpr("rsp"))) - CODE);
        cpu.run(1);
      }
    }
    return { offsets, cpu, count };
  }

  it("comes at once when IF is set from outside while the line is up", () => {
    const cpu = realMode([0x43, 0x43, 0x43, 0xeb, 0xfb], 2);
    cpu.setInterrupt(INTR, true);
    // Looked at, and not allowed.
    cpu.run(200);
    expect(cpu.engine.vcpu.get(L.S_ATTENTION)).toBe(0);
    const before = Number(cpu.pc);
    cpu.setField(X.X_FLAGS, BigInt(2 | X.F_IF));
    cpu.update();
    cpu.run(2);
    expect(cpu.gpr("rsi") & 0xffffn).toBe(1n);
    expect(peek16(cpu, STACK - 6)).toBe(before);
  });

  it("STI lets the next instruction pass, CLI is in force at once", () => {
    // L: cli; inc bx; sti; inc cx; inc dx; jmp L
    const { offsets, cpu, count } = interrupted([0xfa, 0x43, 0xfb, 0x41, 0x42, 0xeb, 0xf9], 2);
    // Behind INC CX, before JMP, before CLI.
    expect([...offsets].sort()).toEqual([0, 4, 5]);
    expect(cpu.gpr("rsi")).toBe(BigInt(count));
    const [bx, cx, dx] = [cpu.gpr("rbx"), cpu.gpr("rcx"), cpu.gpr("rdx")];
    expect(Number(bx - cx) + Number(cx - dx)).toBeLessThanOrEqual(1);
    expect(bx >= cx && cx >= dx).toBe(true);
  });

  it("MOV SS and POP SS let the next instruction pass", () => {
    // L: mov ss, ax; inc bx; push ss; pop ss; inc cx; jmp L
    const { offsets } = interrupted([0x8e, 0xd0, 0x43, 0x16, 0x17, 0x41, 0xeb, 0xf8], 2 | X.F_IF);
    expect([...offsets].sort()).toEqual([0, 3, 4, 6]);
  });

  it("of MOV SS after MOV SS only the first holds anything off", () => {
    // L: mov ss, ax; mov ss, ax; mov ss, ax; inc bx; jmp L
    const { offsets } = interrupted([0x8e, 0xd0, 0x8e, 0xd0, 0x8e, 0xd0, 0x43, 0xeb, 0xf7], 2 | X.F_IF);
    // The third begins a shadow again, where an interrupt came after the second.
    expect(offsets.has(2)).toBe(false);
    expect([0, 4, 7].every((offset) => offsets.has(offset))).toBe(true);
  });

  it("every instruction of a loop without shadows is interrupted some time, and none is lost", () => {
    // L: inc bx; inc cx; inc dx; jmp L
    const { offsets, cpu } = interrupted([0x43, 0x41, 0x42, 0xeb, 0xfb], 2 | X.F_IF);
    expect([...offsets].sort()).toEqual([0, 1, 2, 3]);
    const [bx, dx] = [cpu.gpr("rbx"), cpu.gpr("rdx")];
    expect(bx === dx || bx === dx + 1n).toBe(true);
  });

  it("single-step takes a trap behind every instruction of a loop", () => {
    // L: inc bx; inc cx; dec dx; jnz L; E: cli; hlt; jmp E
    const cpu = realMode([0x43, 0x41, 0x4a, 0x75, 0xfb, 0xfa, 0xf4, 0xeb, 0xfc], 2 | X.F_TF);
    cpu.setGpr("rdx", 50n);
    // Instructions of the loop, and two of the handler for each.
    cpu.run(3 * 4 * 50);
    expect([cpu.gpr("rbx"), cpu.gpr("rcx"), cpu.gpr("rdx")]).toEqual([50n, 50n, 0n]);
    expect(cpu.gpr("rsi")).toBe(200n);
  });
});

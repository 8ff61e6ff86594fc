// INIT: what it resets and what it keeps (Intel SDM volume 3, table 10-1; AMD APM volume 2, table 14-1), when it is taken. In both tiers.

import { describe, expect, it } from "vitest";
import { INTR } from "../../../../src/arch/x86/arch.js";
import type { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import * as X from "../../../../src/arch/x86/layout.js";
import type { Engine, Tier1 } from "../../../../src/engine/engine.js";
import { RegionTier } from "../../../../src/tier1/tier1.js";
import { bareCpu, enterPaging, poke } from "../../../../testing/x86/bare.js";

const CODE = 0x7c00;
const TABLES = 0x10000;
const RESET_VECTOR = 0xfff0n;
/** Registers that INIT keeps are filled with it. */
const MARK = 0x1122334455667788n;
const eager = (engine: Engine): Tier1 => new RegionTier(engine, { eager: true });

/** Kept, by the offset of their eight bytes. */
const KEPT: Record<string, number> = {
  STAR: X.X_STAR,
  LSTAR: X.X_LSTAR,
  CSTAR: X.X_CSTAR,
  SFMASK: X.X_SFMASK,
  KERNEL_GS_BASE: X.X_KERNEL_GS,
  SYSENTER_CS: X.X_SYSENTER_CS,
  SYSENTER_ESP: X.X_SYSENTER_ESP,
  SYSENTER_EIP: X.X_SYSENTER_EIP,
  TSC_AUX: X.X_TSC_AUX,
  PAT: X.X_PAT,
  APIC_BASE: X.X_APIC_BASE,
  "TSC offset": X.X_TSC_OFFSET,
  MISC_ENABLE: X.X_MISC_ENABLE,
  MTRR: X.X_MTRR_VARIABLE,
  "MTRR default": X.X_MTRR_DEFAULT,
  XCR0: X.X_XCR0,
  ST0: X.X_FPR,
  XMM0: X.X_XMM,
  XMM15: X.X_XMM + 15 * 16 + 8,
  "x87 instruction pointer": X.X_FIP,
};
const KEPT32: Record<string, number> = { FCW: X.X_FCW, FSW: X.X_FSW, FTAG: X.X_FTAG, MXCSR: X.X_MXCSR };

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  /** 32-bit code with paging at CODE, in a loop (or halted). */
  function running(code: readonly number[] = [0x43, 0xeb, 0xfd]): X86Cpu {
    const cpu = bareCpu({}, { icountShift: 0, ...(tier1 ? { tier1: eager } : {}) });
    if (tier1) cpu.engine.memory.setHot(2);
    for (let k = 0; k < 4; k++) poke(cpu, TABLES + 4 * k, [0x83, 0, 0x40 * k, 0]);
    enterPaging(cpu, TABLES);
    poke(cpu, CODE, code);
    cpu.setPc(BigInt(CODE));
    for (const slot of Object.values(KEPT)) cpu.setField(slot, MARK);
    for (const slot of Object.values(KEPT32)) cpu.setField32(slot, 0x55);
    cpu.setField(X.X_EFER, 0x801n);
    cpu.setField(X.X_CR2, MARK);
    cpu.setField(X.X_DR, MARK);
    cpu.setField(X.X_DR + 56, 0x401n);
    cpu.setGpr("rbp", MARK);
    cpu.update();
    cpu.run(200);
    return cpu;
  }

  const field = (cpu: X86Cpu, slot: number) => cpu.field(slot);

  it("keeps the x87, SSE and model-specific registers, the TSC and the cache bits", () => {
    const cpu = running();
    cpu.setField(X.X_CR0, cpu.field(X.X_CR0) | 0x40000000n);
    cpu.update();
    cpu.init();
    cpu.run(0);
    for (const [name, slot] of Object.entries(KEPT)) expect([name, field(cpu, slot)]).toEqual([name, MARK]);
    for (const [name, slot] of Object.entries(KEPT32)) expect([name, cpu.engine.vcpu.get(slot)]).toEqual([name, 0x55]);
    expect(field(cpu, X.X_CR0)).toBe(0x40000010n);
  });

  it("resets the rest", () => {
    const cpu = running();
    expect(cpu.gpr("rbx")).toBeGreaterThan(0n);
    const signature = bareCpu().gpr("rdx");
    cpu.init();
    cpu.run(0);
    expect(cpu.engine.vcpu.get(X.X_INIT)).toBe(0);
    for (const slot of [X.X_CR2, X.X_CR3, X.X_CR4, X.X_EFER, X.X_DR, X.X_GDT_BASE, X.X_IDT_BASE])
      expect([slot.toString(16), field(cpu, slot)]).toEqual([slot.toString(16), 0n]);
    expect(field(cpu, X.X_CR0)).toBe(0x10n);
    expect([field(cpu, X.X_DR + 48), field(cpu, X.X_DR + 56)]).toEqual([0xffff0ff0n, 0x400n]);
    expect(["rax", "rbx", "rbp", "rsp"].map((name) => cpu.gpr(name))).toEqual([0n, 0n, 0n, 0n]);
    expect(cpu.gpr("rdx")).toBe(signature);
    expect(field(cpu, X.X_FLAGS)).toBe(2n);
    expect(field(cpu, X.X_SEG + X.CS * X.SEG_STRIDE + X.SEG_BASE)).toBe(0xffff0000n);
    expect(cpu.pc).toBe(RESET_VECTOR);
  });

  it("wakes a halted processor whose interrupts are off", () => {
    // cli; hlt
    const cpu = running([0xfa, 0xf4]);
    expect(cpu.halted).toBe(true);
    cpu.init();
    cpu.run(0);
    expect(cpu.halted).toBe(false);
    expect(field(cpu, X.X_CR3)).toBe(0n);
  });

  it("is not a reset", () => {
    const cpu = running();
    cpu.reset();
    for (const [name, slot] of Object.entries(KEPT)) expect([name, field(cpu, slot)]).not.toEqual([name, MARK]);
    expect(field(cpu, X.X_CR0)).toBe(0x60000010n);
  });

  it("keeps the interrupt line, forgets a pending NMI", () => {
    const cpu = running();
    cpu.setInterrupt(INTR, true);
    cpu.init();
    cpu.nmi();
    cpu.run(0);
    expect(cpu.engine.vcpu.get(X.X_IRQ)).toBe(1);
    expect(cpu.engine.vcpu.get(X.X_NMI)).toBe(0);
  });
});

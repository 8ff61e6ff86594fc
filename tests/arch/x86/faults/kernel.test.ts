// What only a kernel can see: MOV to and from control and debug registers whatever the mod field, data segment registers after a return to
// an outer level. In both tiers.

import { describe, expect, it } from "vitest";
import type { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import * as X from "../../../../src/arch/x86/layout.js";
import type { Engine, Tier1 } from "../../../../src/engine/engine.js";
import { RegionTier } from "../../../../src/tier1/tier1.js";
import { bareCpu, poke } from "../../../../testing/x86/bare.js";
import { bytes } from "./lab.js";

const CODE = 0x1000;
const GDT = 0x2000;
const STACK = 0x8000;
const SEGMENTS = ["es", "cs", "ss", "ds", "fs", "gs"] as const;
type Segment = (typeof SEGMENTS)[number];

const eager = (engine: Engine): Tier1 => new RegionTier(engine, { eager: true });
const words = (...values: number[]): number[] =>
  values.flatMap((value) => [0, 8, 16, 24].map((shift) => (value >> shift) & 0xff));
/** A descriptor of 4 GiB. */
const flat = (access: number): number[] => words(0xffff, 0x00cf0000 | (access << 8));

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  /** Level 0 of 32-bit code without paging, flat: 08 code, 10 data, 1b code and 23 data of level 3, 28 conforming code. */
  function kernel(code: string, hooks: Parameters<typeof bareCpu>[0] = {}): X86Cpu {
    const cpu = bareCpu(hooks, tier1 ? { tier1: eager } : {});
    if (tier1) cpu.engine.memory.setHot(1);
    poke(cpu, CODE, bytes(code));
    poke(cpu, GDT + 8, [0x9b, 0x93, 0xfb, 0xf3, 0x9f].flatMap(flat));
    cpu.setField(X.X_GDT_BASE, BigInt(GDT));
    cpu.setField32(X.X_GDT_LIMIT, 0x2f);
    cpu.setSegment(X.CS, 0x08, 0n, 0xffffffffn, 0xc09b);
    for (const n of [X.DS, X.ES, X.SS]) cpu.setSegment(n, 0x10, 0n, 0xffffffffn, 0xc093);
    cpu.setField(X.X_CR0, 0x11n);
    cpu.setPc(BigInt(CODE));
    cpu.setGpr("rsp", BigInt(STACK));
    cpu.update();
    return cpu;
  }

  function segment(cpu: X86Cpu, name: Segment): { selector: number; base: bigint; usable: boolean } {
    const at = X.X_SEG + SEGMENTS.indexOf(name) * X.SEG_STRIDE;
    const { vcpu } = cpu.engine;
    return {
      selector: vcpu.get(at + X.SEG_SEL),
      base: vcpu.get64(at + X.SEG_BASE),
      usable: vcpu.get(at + X.SEG_ATTR) !== 0,
    };
  }

  it("MOV to and from CR and DR takes rm for a register whatever mod is", () => {
    // mov dr0, ebx (mod 0); mov ecx, dr0 (mod 1); mov edx, cr0 (mod 2); mov cr2, ebx (mod 0, rm 3); mov edi, cr2; hlt
    const cpu = kernel("0f 23 03 0f 21 41 0f 20 82 0f 22 13 0f 20 d7 f4");
    cpu.setGpr("rbx", 0xacedn);
    expect(cpu.run(6)).toBe("halt");
    expect([cpu.gpr("rcx"), cpu.gpr("rdx"), cpu.gpr("rdi")]).toEqual([0xacedn, 0x11n, 0xacedn]);
  });

  it.each([
    ["RET", "cb", [CODE + 0x100, 0x1b, STACK, 0x23]],
    ["IRET", "cf", [CODE + 0x100, 0x1b, 2, STACK, 0x23]],
  ])("%s to an outer level nulls what that level may not use and keeps the bases", (_name, code, frame) => {
    const cpu = kernel(code);
    poke(cpu, STACK, words(...frame));
    cpu.setSegment(X.DS, 0x10, 0x1234n, 0xffffn, 0x4093);
    cpu.setSegment(X.ES, 0x23, 0x77n, 0xffffffffn, 0xc0f3);
    cpu.setSegment(X.FS, 3, 0x5678n, 0n, 0);
    cpu.setSegment(X.GS, 0x28, 0x9an, 0xffffffffn, 0xc09f);
    cpu.update();
    cpu.run(1);
    expect([cpu.pc, cpu.engine.vcpu.get(X.X_CPL)]).toEqual([BigInt(CODE + 0x100), 3]);
    expect(segment(cpu, "ds")).toEqual({ selector: 0, base: 0x1234n, usable: false });
    expect(segment(cpu, "es")).toEqual({ selector: 0x23, base: 0x77n, usable: true });
    // A null selector that is not 0 becomes 0: programs find interrupts by that.
    expect(segment(cpu, "fs")).toEqual({ selector: 0, base: 0x5678n, usable: false });
    // Conforming code is for every level.
    expect(segment(cpu, "gs")).toEqual({ selector: 0x28, base: 0x9an, usable: true });
  });

  it("a device is written once however its register or the instruction is watched", () => {
    const DEVICE = 0x2000000;
    const WRITE = 0x000d0001;
    // mov [ebx], eax; inc ecx; hlt
    const code = "89 03 41 f4";
    for (const [watch, dr7, rf] of [
      [DEVICE, WRITE, 0],
      [CODE, 1, X.F_RF],
    ] as const) {
      const written: number[] = [];
      const cpu = kernel(code, {
        mmioWrite: (_at, _size, value) => void written.push(value),
      });
      cpu.setGpr("rbx", BigInt(DEVICE));
      cpu.setGpr("rax", 0x55n);
      cpu.setField(X.X_DR, BigInt(watch));
      cpu.setField(X.X_DR + 56, BigInt(dr7 | 0x400));
      cpu.setField(X.X_FLAGS, BigInt(2 | rf));
      cpu.update();
      // There is no handler: what shows of the trap is DR6.
      cpu.run(1);
      expect([written, cpu.pc]).toEqual([[0x55], BigInt(CODE + 2)]);
      expect(cpu.field(X.X_DR + 48) & 1n).toBe(watch === DEVICE ? 1n : 0n);
    }
  });

  it("so is code that a store overwrites", () => {
    // mov [ebx], al (the NOP behind it becomes INC ECX); nop; hlt
    const cpu = kernel("88 03 90 f4");
    cpu.setGpr("rbx", BigInt(CODE + 2));
    cpu.setGpr("rax", 0x41n);
    cpu.setField(X.X_DR, BigInt(CODE + 0x800));
    cpu.setField(X.X_DR + 56, 0x401n);
    cpu.update();
    expect(cpu.run(10)).toBe("halt");
    expect(cpu.gpr("rcx") & 0xffffn).toBe(1n);
  });

  it.each([
    ["RET", "cb", [CODE + 0x100, 0x08]],
    ["IRET", "cf", [CODE + 0x100, 0x08, 2]],
  ])("%s to the same level leaves them", (_name, code, frame) => {
    const cpu = kernel(code);
    poke(cpu, STACK, words(...frame));
    cpu.setSegment(X.FS, 3, 0x5678n, 0n, 0);
    cpu.update();
    cpu.run(1);
    expect(segment(cpu, "fs").selector).toBe(3);
    expect(segment(cpu, "ds")).toEqual({ selector: 0x10, base: 0n, usable: true });
  });
});

// Code in a page table: the accessed and dirty flags that a walk sets change instructions as stores do (Intel SDM volume 3, 4.8 and 8.1.3). In
// both tiers.

import { describe, expect, it } from "vitest";
import type { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import * as X from "../../../../src/arch/x86/layout.js";
import type { Engine, Tier1 } from "../../../../src/engine/engine.js";
import { S_HALTED } from "../../../../src/layout/vcpu.js";
import { RegionTier } from "../../../../src/tier1/tier1.js";
import { bareCpu, enterPaging, poke } from "../../../../testing/x86/bare.js";

const [DIRECTORY, TABLE, CODE, STACK] = [0x5000, 0x6000, 0x7000, 0x9000];
/** A page, the entry that maps it, and the frame. */
const [PAGE, ENTRY, FRAME] = [0x40000, TABLE + 4 * 0x40, 0xebc000];
const LOOPS = 21;
const HLT = 0xf4;
const RET = 0xc3;

const eager = (engine: Engine): Tier1 => new RegionTier(engine, { eager: true });
const word = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];

/** LOOPS times add ecx, eax in the page table, where eax is 1; `access`; the same call once more. */
function program(tier1: boolean, access: readonly number[]): X86Cpu {
  const cpu = bareCpu({}, { icountShift: 0, ...(tier1 ? { tier1: eager } : {}) });
  if (tier1) cpu.engine.memory.setHot(2);
  poke(cpu, DIRECTORY, word(TABLE | 0x23));
  for (let page = 0; page < 16; page++) poke(cpu, TABLE + 4 * page, word((page << 12) | 0x63));
  // Present and writable: 03 C8, add ecx, eax. Accessed: 23 C8, and ecx, eax. Dirty: 63 C8, arpl ax, cx. Then jmp $ + 2.
  poke(cpu, ENTRY, [0x03, 0xc8, 0xeb, 0x00, RET]);
  poke(cpu, FRAME, [RET]);
  // call edi; dec ebx; jnz $ - 3
  poke(cpu, CODE, [0xff, 0xd7, 0x4b, 0x75, 0xfb, ...access, 0xff, 0xd7, HLT]);
  cpu.setGpr("rax", 1n);
  cpu.setGpr("rcx", 0n);
  cpu.setGpr("rbx", BigInt(LOOPS));
  cpu.setGpr("rdi", BigInt(ENTRY));
  cpu.setGpr("rsi", BigInt(PAGE));
  cpu.setGpr("rsp", BigInt(STACK));
  cpu.setPc(BigInt(CODE));
  cpu.engine.vcpu.set(S_HALTED, 0);
  enterPaging(cpu, DIRECTORY);
  return cpu;
}

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  it.each([
    ["nothing", [], LOOPS + 1],
    ["a load", [0x8b, 0x16], LOOPS & 1],
    ["a store", [0x89, 0x16], LOOPS],
    ["a read-modify-write", [0xff, 0x06], LOOPS],
    ["a fetch", [0xff, 0xd6], LOOPS & 1],
    ["a string instruction", [0xac, 0xb0, 1], LOOPS & 1],
  ])("%s changes the entry of its page", (_access, bytes, result) => {
    const cpu = program(tier1, bytes);
    expect(cpu.run(1000)).toBe("halt");
    expect(cpu.gpr("rcx")).toBe(BigInt(result));
    if (tier1) expect(cpu.engine.inRegions).toBeGreaterThan(LOOPS);
  });

  it("the instruction before, in one block, changes it each time", () => {
    // mov edx, [esi] before the entry; the loop makes it 03 again and forgets the translation: mov byte [edi], 3; invlpg [esi].
    const cpu = program(tier1, []);
    poke(cpu, ENTRY - 2, [0x8b, 0x16]);
    poke(cpu, CODE, [0xb9, ...word(LOOPS), 0xc6, 0x07, 3, 0x0f, 0x01, 0x3e]);
    // sub edi, 2; call edi; add edi, 2; dec ebx; jnz CODE; hlt
    poke(cpu, CODE + 11, [0x83, 0xef, 2, 0xff, 0xd7, 0x83, 0xc7, 2, 0x4b, 0x75, 0xea, HLT]);
    for (let left = LOOPS - 1; left >= 0; left--) {
      cpu.run(12);
      expect(cpu.gpr("rcx")).toBe(BigInt(LOOPS & 1));
      expect(cpu.gpr("rbx")).toBe(BigInt(left));
    }
    expect(cpu.run(1000)).toBe("halt");
  });

  it("the monitor's look at the page does not, nor does one that finds nothing leave anything", () => {
    const cpu = program(tier1, [HLT]);
    expect(cpu.run(1000)).toBe("halt");
    cpu.setField(X.X_CR2, 0x1234n);
    expect(cpu.translate(BigInt(PAGE))).toBe(FRAME);
    expect(cpu.translate(0x80000000n)).toBeUndefined();
    expect(cpu.field(X.X_CR2)).toBe(0x1234n);
    cpu.engine.vcpu.set(S_HALTED, 0);
    expect(cpu.run(1000)).toBe("halt");
    expect(cpu.gpr("rcx")).toBe(BigInt(LOOPS + 1));
  });
});

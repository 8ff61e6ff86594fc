// A repeated string instruction that comes down over the code of its page and then over itself: what it has become is executed next,
// in regions too, though the page's code is dropped on the way (CODE_PAGE_STORES). In both tiers.

import { describe, expect, it } from "vitest";
import * as X from "../../../../src/arch/x86/layout.js";
import type { Engine, Tier1 } from "../../../../src/engine/engine.js";
import { RegionTier } from "../../../../src/tier1/tier1.js";
import { bareCpu, poke } from "../../../../testing/x86/bare.js";

const CODE = 0x7100;
const TOP = 0x7f00;
const HLT = 0xf4;
const eager = (engine: Engine): Tier1 => new RegionTier(engine, { eager: true });

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  it("rep stosb down over itself", () => {
    const cpu = bareCpu({}, { icountShift: 0, ...(tier1 ? { tier1: eager } : {}) });
    if (tier1) cpu.engine.memory.setHot(2);
    // rep stosb; hlt, in virtual-8086 mode, where limits are checked element by element.
    poke(cpu, CODE, [0xf3, 0xaa, HLT]);
    cpu.setField(X.X_CR0, 0x11n);
    for (const n of [X.CS, X.SS, X.DS, X.ES]) cpu.setSegment(n, 0, 0n, 0xffffn, 0xf3);
    cpu.setField(X.X_FLAGS, 0x23002n);
    cpu.setField32(X.X_CPL, 3);
    cpu.setField32(X.X_DF, -1);
    cpu.setPc(BigInt(CODE));
    cpu.setGpr("rax", 0x90n);
    cpu.setGpr("rcx", 0xf00n);
    cpu.setGpr("rdi", BigInt(TOP));
    cpu.update();
    const elements = TOP - CODE;
    // The element at CODE + 1 makes it F3 90, PAUSE, and NOPs follow.
    cpu.run(elements + 10);
    expect(cpu.gpr("rdi")).toBe(BigInt(CODE));
    expect(cpu.gpr("rcx")).toBe(BigInt(0xf00 - elements));
    expect(cpu.pc).toBe(BigInt(CODE + 2 + 9));
    if (tier1) expect(cpu.engine.inRegions).toBeGreaterThan(elements / 2);
  });
});

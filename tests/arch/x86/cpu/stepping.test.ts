// Single-step over transfers that helpers do: the trap comes at their target, in regions too. In both tiers.

import { describe, expect, it } from "vitest";
import * as X from "../../../../src/arch/x86/layout.js";
import type { Engine, Tier1 } from "../../../../src/engine/engine.js";
import { RegionTier } from "../../../../src/tier1/tier1.js";
import { bareCpu, peek16, poke } from "../../../../testing/x86/bare.js";

const CODE = 0x7c00;
const HANDLER = 0x500;
const LOG = 0x2000;
const SINGLE_STEP = 1;
const ROUNDS = 12;
const eager = (engine: Engine): Tier1 => new RegionTier(engine, { eager: true });

/** A loop of real mode that ends with INC BX and JMP to its beginning; and where a round's traps return to. */
const to = (offset: number) => [(CODE + offset) & 255, (CODE + offset) >> 8];
const LOOPS: Record<string, { code: number[]; traps: number[] }> = {
  // push cs; push 5; retf
  retf: { code: [0x0e, 0x68, ...to(5), 0xcb], traps: [1, 4, 5] },
  // pushf; push cs; push 6; iret
  iret: { code: [0x9c, 0x0e, 0x68, ...to(6), 0xcf], traps: [1, 2, 5, 6] },
  "jmp far": { code: [0xea, ...to(5), 0, 0], traps: [5] },
  // call 0:5; add sp, 4
  "call far": { code: [0x9a, ...to(5), 0, 0, 0x83, 0xc4, 4], traps: [5, 8] },
  jmp: { code: [0xeb, 0], traps: [2] },
  // mov eax, cr0; mov cr0, eax
  "mov cr0": { code: [0x0f, 0x20, 0xc0, 0x0f, 0x22, 0xc0], traps: [3, 6] },
  // push ss; pop ds
  "pop ds": { code: [0x16, 0x1f], traps: [1, 2] },
};

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  it.each(Object.keys(LOOPS))("%s", (name) => {
    const cpu = bareCpu({}, { icountShift: 0, ...(tier1 ? { tier1: eager } : {}) });
    if (tier1) cpu.engine.memory.setHot(2);
    const { code, traps } = LOOPS[name]!;
    poke(cpu, CODE, [...code, 0x43, 0xeb, -(code.length + 3) & 255]);
    poke(cpu, SINGLE_STEP * 4, [HANDLER & 255, HANDLER >> 8, 0, 0]);
    // push bp; mov bp, sp; mov bp, [bp + 2]; mov [di], bp; add di, 2; pop bp; iret
    poke(cpu, HANDLER, [0x55, 0x8b, 0xec, 0x8b, 0x6e, 2, 0x89, 0x2d, 0x83, 0xc7, 2, 0x5d, 0xcf]);
    for (const n of [X.CS, X.SS, X.DS, X.ES]) cpu.setSegment(n, 0, 0n, 0xffffn, n === X.CS ? 0x9b : 0x93);
    cpu.setPc(BigInt(CODE));
    cpu.setGpr("rsp", 0x7000n);
    cpu.setGpr("rdi", BigInt(LOG));
    cpu.setField(X.X_FLAGS, BigInt(2 | X.F_TF));
    cpu.update();
    const round = [...traps, code.length + 1, 0];
    // Each instruction, and seven of the handler.
    expect(cpu.run(8 * ROUNDS * round.length)).toBe("budget");
    const seen: number[] = [];
    for (let at = LOG; at < Number(cpu.gpr("rdi")); at += 2) seen.push(peek16(cpu, at) - CODE);
    expect(seen).toEqual(new Array(ROUNDS).fill(round).flat());
    if (tier1) expect(cpu.engine.inRegions).toBeGreaterThan(4 * ROUNDS * round.length);
  });
});

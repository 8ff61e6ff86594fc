// Two CPUs of one engine that run in turns: each computes what it does alone, whatever the other does meanwhile.

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import * as X from "../../../../src/arch/x86/layout.js";
import * as L from "../../../../src/layout/layout.js";
import { RegionTier } from "../../../../src/tier1/tier1.js";
import { bareCpu, enterPaging, poke } from "../../../../testing/x86/bare.js";

const MAIN = 0x1000;
const STACKS = 0x8000;
/** Of the first CPU; the second's are behind them. */
const TABLES = 0x10000;
const PAGES = 0x200000;
const PAGES_EACH = 0x8000;
/** In both address spaces, in pages of each CPU's own. */
const [CODE, DATA] = [0x400000, 0x402000];
const TURNS = 3000;

const word = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

/** ECX times: call CODE, store across the end of a page and load it again, look at the time, and flush now and then. */
const PROGRAM = (() => {
  const flush = [0x0f, 0x01, 0x3d, ...word(DATA), 0x0f, 0x20, 0xda, 0x0f, 0x22, 0xda]; // invlpg [DATA]; mov edx, cr3; mov cr3, edx
  const body = [
    [0xe8, ...word(CODE - MAIN - 5)],
    [0xa3, ...word(DATA + 0xffe)], // mov [DATA + 0xffe], eax
    [0x03, 0x1d, ...word(DATA + 0xffe)], // add ebx, [DATA + 0xffe]
    [0x50, 0x0f, 0x31, 0x01, 0xc6, 0x58], // push eax; rdtsc; add esi, eax; pop eax
    [0xf6, 0xc1, 0x0f, 0x75, flush.length, ...flush], // test cl, 15; jnz over the flush
  ].flat();
  return [...body, 0x49, 0x75, -(body.length + 3) & 0xff, 0xeb, 0xfe]; // dec ecx; jnz; jmp here
})();

interface Pair {
  cpus: [X86Cpu, X86Cpu];
  now: { value: number };
}

function pair(tier1: boolean, icount = true): Pair {
  const now = { value: 0 };
  const eager = (engine: ConstructorParameters<typeof RegionTier>[0]) => new RegionTier(engine, { eager: true });
  const first = bareCpu(
    { now: () => now.value },
    { cpus: 2, ...(icount ? { icountShift: 0 } : {}), ...(tier1 ? { tier1: eager } : {}) },
  );
  const { engine, vcpu } = first;
  if (tier1) engine.memory.setHot(20);
  const other = engine.vcpus[1]!;
  const second: X86Cpu = Object.create(first, { vcpu: { value: other } });
  for (let slot = X.X_FEATURES; slot < X.X_FEATURES + 32; slot += 4) other.set(slot, vcpu.get(slot));
  for (const slot of [X.X_CPUID_TABLE, X.X_CPUID_COUNT, L.S_EXACT]) other.set(slot, vcpu.get(slot));
  second.reset();
  poke(first, MAIN, PROGRAM);
  for (const [n, cpu] of [first, second].entries()) {
    const tables = TABLES + n * 0x2000;
    const pages = PAGES + n * PAGES_EACH;
    poke(cpu, tables, [...word(0x183), ...word((tables + 0x1000) | 3)]);
    for (let k = 0; k < 4; k++) poke(cpu, tables + 0x1000 + 4 * k, word((pages + 0x1000 * k) | 3));
    poke(cpu, pages, [0x05, ...word(3 + n), 0xc3]); // add eax, 3 or 4; ret
    enterPaging(cpu, tables);
    cpu.setGpr("rcx", BigInt(TURNS));
    cpu.setGpr("rsp", BigInt(STACKS + 0x1000 * n));
    cpu.setPc(BigInt(MAIN));
  }
  return { cpus: [first, second], now };
}

/** Registers, pages, count. */
function state(cpu: X86Cpu, n: number): string {
  const { memory } = cpu.engine;
  const hash = (from: number, length: number): string =>
    createHash("sha256")
      .update(memory.u8.subarray(from, from + length))
      .digest("hex");
  const guest = hash(cpu.vcpu.base + L.S_GUEST, L.GUEST_STATE_SIZE);
  const pages = memory.physical.hostOf(PAGES + n * PAGES_EACH);
  return [cpu.pc, cpu.instructions, cpu.vcpu.stat(L.STAT_TLB_FLUSH), guest, hash(pages, PAGES_EACH)].join("\n");
}

const TOTAL = TURNS * 16;

function alone(tier1: boolean, n: 0 | 1): string {
  const { cpus } = pair(tier1);
  cpus[n].run(TOTAL);
  return state(cpus[n], n);
}

describe.each([
  ["interpreted", false],
  ["in regions", true],
])("two CPUs, %s", (_, tier1) => {
  it("keep apart registers, translations, caches and counts", () => {
    const { cpus } = pair(tier1);
    const left = [TOTAL, TOTAL];
    let random = 12345;
    for (let turn = 0; left[0]! + left[1]! > 0; turn++) {
      const n = turn & 1;
      random = (Math.imul(random, 1103515245) + 12345) >>> 0;
      const budget = Math.min(left[n]!, 1 + ((random >>> 8) % (turn < 400 ? 40 : 2000)));
      if (budget === 0) continue;
      cpus[n]!.run(budget);
      left[n]! -= budget;
    }
    for (const n of [0, 1] as const) expect(state(cpus[n], n)).toBe(alone(tier1, n));
    expect(cpus[0].gpr("rbx")).not.toBe(cpus[1].gpr("rbx"));
    if (tier1) for (const { vcpu } of cpus) expect(vcpu.inRegions).toBeGreaterThan(TOTAL / 4);
    // What an access across two pages is copied to, and what the caches' entries are valid by.
    const crossings = cpus.map(({ vcpu }) => vcpu.base + L.S_CROSSING);
    expect(crossings[1]! - crossings[0]!).toBe(cpus[0].engine.memory.plan.cpuSize);
    for (const slot of [L.S_REGION_EPOCH, L.S_TLB_USED]) expect(cpus[1].vcpu.get(slot)).toBeGreaterThan(0);
  });

  it("flush their own TLB and caches alone", () => {
    const { cpus } = pair(tier1);
    for (const cpu of cpus) cpu.run(5000);
    const kept = (): number[] =>
      [L.S_TLB_USED, L.S_REGION_EPOCH, L.S_GLOBAL_EPOCH].map((slot) => cpus[1].vcpu.get(slot));
    const before = kept();
    cpus[0].engine.core.flushTlb(cpus[0].vcpu.base, 0);
    expect(cpus[0].vcpu.get(L.S_TLB_USED)).toBe(0);
    expect(kept()).toEqual(before);
  });

  it("see code that the other one has overwritten", () => {
    const { cpus } = pair(tier1);
    const [first, second] = cpus;
    // Both use one page of code now.
    poke(first, TABLES + 0x2000 + 0x1000, word(PAGES | 3));
    for (const cpu of cpus) cpu.run(5000);
    const code = 0x3000;
    poke(first, code, [0xc7, 0x05, ...word(CODE + 1), ...word(1000), 0xeb, 0xfe]); // mov dword [CODE + 1], 1000; jmp here
    first.setPc(BigInt(code));
    first.run(2);
    second.setPc(BigInt(MAIN));
    second.setGpr("rax", 0n);
    second.run(2);
    expect(second.gpr("rax")).toBe(1000n);
  });

  it("tell the time by their own count", () => {
    const { cpus, now } = pair(tier1, false);
    now.value = 1_000_000;
    const read = (cpu: X86Cpu): number => {
      poke(cpu, 0x3000, [0x0f, 0x31, 0xeb, 0xfe]); // rdtsc; jmp here
      cpu.setPc(0x3000n);
      cpu.run(1);
      return Number((cpu.gpr("rdx") << 32n) | cpu.gpr("rax"));
    };
    const offset = cpus.map(read);
    cpus[0].run(200_000);
    read(cpus[0]);
    now.value += 1000;
    const after = cpus.map(read);
    for (const n of [0, 1]) {
      expect(after[n]! - offset[n]!).toBeGreaterThanOrEqual(1000);
      expect(after[n]! - offset[n]!).toBeLessThan(200_000);
    }
  });
});

// Regions go by virtual address: what they know of their pages ends when a translation is dropped (Intel SDM volume 3, 4.10.4.1).

import { expect, it } from "vitest";
import type { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import { S_GLOBAL_EPOCH, S_REGION_EPOCH } from "../../../../src/layout/vcpu.js";
import { RegionTier } from "../../../../src/tier1/tier1.js";
import { bareCpu, enterPaging, poke } from "../../../../testing/x86/bare.js";

const TABLES = 0x10000;
const PAGES = 0x200000;
const MAIN = 0x1000;
const [GLOBAL, LOCAL] = [0x103, 0x003];
/** A function of its own page, and data. */
const [CODE, DATA] = [0x400000, 0x403000];

const word = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

/** MAIN calls CODE, which adds the number of the page it is mapped to to EAX, ECX times. `main`: flags of the large page MAIN is in. */
function machine(main = 0x83): { cpu: X86Cpu; map: (va: number, page: number, flags: number) => void } {
  const cpu = bareCpu({}, { icountShift: 0, tier1: (engine) => new RegionTier(engine, { eager: true }) });
  cpu.engine.memory.setHot(20);
  poke(cpu, TABLES, word(main)); // 4 MiB, identical
  poke(cpu, TABLES + 4, word((TABLES + 0x1000) | 3));
  for (let n = 1; n < 8; n++) poke(cpu, PAGES + n * 4096, [0x05, ...word(n), 0xc3]); // add eax, n; ret
  const call = [0xe8, ...word(CODE - MAIN - 5)];
  poke(cpu, MAIN, [...call, 0x49, 0x75, 0xf8, 0xeb, 0xfe]); // again: call CODE; dec ecx; jnz again; jmp here
  enterPaging(cpu, TABLES);
  const map = (va: number, page: number, flags: number): void =>
    poke(cpu, TABLES + 0x1000 + ((va >>> 12) & 0x3ff) * 4, word((PAGES + page * 4096) | flags));
  return { cpu, map };
}

function calls(cpu: X86Cpu, times: number): number {
  cpu.setGpr("rax", 0n);
  cpu.setGpr("rcx", BigInt(times));
  cpu.setGpr("rsp", 0x8000n);
  cpu.setPc(BigInt(MAIN));
  cpu.run(5 * times);
  return Number(cpu.gpr("rax"));
}

const execute = (cpu: X86Cpu, code: number[]): void => {
  poke(cpu, 0x3000, [...code, 0x90]);
  cpu.engine.core.dmaWritten(0x3000, 0, 16);
  cpu.setPc(0x3000n);
  cpu.run(1);
};
const invlpg = (cpu: X86Cpu, va: number): void => execute(cpu, [0x0f, 0x01, 0x3d, ...word(va)]);
const epoch = (cpu: X86Cpu): number => cpu.engine.vcpu.get(S_REGION_EPOCH);

it.each([
  ["global", GLOBAL],
  ["other", LOCAL],
])("INVLPG of a page of code, %s, ends what regions know of it", (_, flags) => {
  const { cpu, map } = machine();
  for (const page of [1, 2, 3, 2]) {
    map(CODE, page, flags);
    invlpg(cpu, CODE);
    expect(calls(cpu, 300)).toBe(300 * page);
  }
  expect(cpu.engine.inRegions).toBeGreaterThan(2000);
});

const loadCr3 = (cpu: X86Cpu): void => {
  cpu.setGpr("rax", BigInt(TABLES));
  execute(cpu, [0x0f, 0x22, 0xd8]);
};

it("so does a load of CR3, but for global pages", () => {
  const { cpu, map } = machine();
  map(CODE, 1, LOCAL);
  expect(calls(cpu, 300)).toBe(300);
  map(CODE, 2, GLOBAL);
  loadCr3(cpu);
  expect(calls(cpu, 300)).toBe(600);
  map(CODE, 3, GLOBAL);
  loadCr3(cpu);
  expect(calls(cpu, 300)).toBe(600);
  // It has been a page of code since before that.
  invlpg(cpu, CODE);
  expect(calls(cpu, 300)).toBe(900);
});

it("a region that begins in a global page looks at its other pages anew after a load of CR3", () => {
  const { cpu, map } = machine(0x183);
  for (const [page, flags] of [
    [1, LOCAL],
    [2, LOCAL],
    [3, GLOBAL],
  ] as const) {
    map(CODE, page, flags);
    loadCr3(cpu);
    expect(calls(cpu, 300)).toBe(300 * page);
  }
  map(CODE, 4, GLOBAL);
  loadCr3(cpu);
  expect(calls(cpu, 300)).toBe(300 * 3);
  expect(cpu.engine.inRegions).toBeGreaterThan(2000);
});

it("a load of CR3 leaves regions in global pages in the dispatcher's cache", () => {
  const { cpu } = machine(0x183);
  const global = cpu.engine.vcpu.get(S_GLOBAL_EPOCH);
  const before = epoch(cpu);
  loadCr3(cpu);
  expect(epoch(cpu)).not.toBe(before);
  expect(cpu.engine.vcpu.get(S_GLOBAL_EPOCH)).toBe(global);
});

it("INVLPG of a page of data leaves regions as they are", () => {
  const { cpu, map } = machine();
  map(CODE, 1, LOCAL);
  map(DATA, 4, LOCAL);
  calls(cpu, 300);
  const before = epoch(cpu);
  invlpg(cpu, DATA);
  expect(epoch(cpu)).toBe(before);
  expect(calls(cpu, 300)).toBe(300);
});

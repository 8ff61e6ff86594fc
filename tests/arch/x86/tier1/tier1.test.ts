// Regions of x86 code: the same programs interpreted and in regions, at every instruction count looked at. (What is no guest's own, such as
// modules, limits and the thread that makes regions: tests/arch/toy/tier1.test.ts and region-helper.test.ts.)

import { describe, expect, it } from "vitest";
import { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import * as X from "../../../../src/arch/x86/layout.js";
import * as L from "../../../../src/layout/layout.js";
import { RegionTier, type Tier1Options } from "../../../../src/tier1/tier1.js";
import { RETHINK_PATIENCE_NS } from "../../../../src/tuning/engine.js";
import { corpusParts } from "../../../../testing/x86/parts.js";

const CODE = 0x10000;
const DATA = 0x40000;
const STACK = 0x80000;
const HOT = 8;
const parts = corpusParts();

interface Machine {
  cpu: X86Cpu;
  tier?: RegionTier;
}

/** A CPU in flat 32-bit code without paging, at CODE, EBX = DATA. */
function machine(program: readonly number[], options?: Tier1Options): Machine {
  let tier: RegionTier | undefined;
  const cpu = new X86Cpu({
    ...parts,
    ram: [{ address: 0, length: 2 << 20 }],
    hooks: {
      mmioRead: () => 0,
      mmioWrite: () => {},
      portRead: () => 0,
      portWrite: () => {},
      now: () => 0,
      acknowledge: () => -1,
      random: () => 0,
      guestCall: () => 0n,
    },
    ...(options
      ? {
          tier1: (engine) => {
            tier = new RegionTier(engine, { hotBlock: { system: HOT, user: HOT }, ...options });
            return tier;
          },
        }
      : {}),
  });
  const { memory, vcpu } = cpu.engine;
  vcpu.set(L.S_EXACT, 1);
  memory.u8.set(program, memory.physical.hostOf(CODE));
  for (const segment of [X.CS, X.SS, X.DS, X.ES])
    cpu.setSegment(segment, 8, 0n, 0xffffffffn, segment === X.CS ? 0xc09b : 0xc093);
  cpu.setField(X.X_CR0, 1n);
  cpu.update();
  cpu.setPc(BigInt(CODE));
  cpu.setGpr("rbx", BigInt(DATA));
  cpu.setGpr("rsp", BigInt(STACK));
  return tier ? { cpu, tier } : { cpu };
}

function state({ cpu }: Machine): string {
  const { memory, vcpu } = cpu.engine;
  const registers = Array.from({ length: 8 }, (_, k) => vcpu.get64(X.X_GPR + 8 * k).toString(16));
  const data = memory.u8.subarray(memory.physical.hostOf(DATA), memory.physical.hostOf(DATA) + 64).join();
  return [cpu.instructions, cpu.pc.toString(16), ...registers, data].join(" ");
}

/** Runs both in the same steps to the end and compares at each; gives the machine with regions. */
function compare(
  program: readonly number[],
  steps: readonly number[],
  options: Tier1Options = { eager: true },
  between: (step: number, engine: X86Cpu["engine"]) => void = () => {},
): Machine {
  const plain = machine(program);
  const fast = machine(program, options);
  for (let k = 0; ; k++) {
    const budget = steps[k % steps.length]!;
    const exits = [plain.cpu.run(budget), fast.cpu.run(budget)];
    expect(state(fast)).toBe(state(plain));
    expect(exits[1]).toBe(exits[0]);
    if (exits[0] === "halt") return fast;
    between(k, fast.cpu.engine);
  }
}

const i32 = (x: number) => [x & 0xff, (x >> 8) & 0xff, (x >> 16) & 0xff, (x >> 24) & 0xff];

/** for (ecx = 0; ecx < n; ecx++) [ebx] += f(ecx), f at offset 32. */
const CALLS = (n: number) => [
  0xb9,
  ...i32(0), // mov $0, %ecx
  0x89,
  0xc8, // 5: mov %ecx, %eax
  0xe8,
  ...i32(32 - 12), // call f
  0x01,
  0x03, // add %eax, (%ebx)
  0x41, // inc %ecx
  0x81,
  0xf9,
  ...i32(n), // cmp $n, %ecx
  0x72,
  5 - 23, // jb 5
  0xf4, // hlt
  ...new Array<number>(8).fill(0x90),
  0x6b,
  0xc0,
  3, // f: imul $3, %eax, %eax
  0x50, // push %eax
  0x5a, // pop %edx
  0x01,
  0xd0, // add %edx, %eax
  0xc3, // ret
];

/** The loop writes its counter's low byte into the multiplier of f. */
const OVERWRITING_LOOP = [
  0xb9,
  ...i32(0),
  0x89,
  0xc8,
  0xe8,
  ...i32(48 - 12),
  0x01,
  0x03,
  0x41,
  0xf6,
  0xc1,
  0x3f, // test $63, %cl
  0x75,
  6, // jne over the store
  0x88,
  0x0d,
  ...i32(CODE + 48 + 2), // mov %cl, f+2
  0x81,
  0xf9,
  ...i32(4000), // cmp
  0x72,
  5 - 34, // jb 5
  0xf4,
];
const OVERWRITING = [
  ...OVERWRITING_LOOP,
  ...new Array<number>(48 - OVERWRITING_LOOP.length).fill(0x90),
  ...CALLS(0).slice(32),
];

/** n times: loads and a store in both pages around DATA + 0x1000, and across its start. */
const ACROSS_PAGES = (n: number, before: readonly number[]) => [
  0xb9,
  ...i32(n), // mov $n, %ecx
  0xbe,
  ...i32(DATA + 0x1000), // mov $edge, %esi
  ...before,
  0x8b,
  0x46,
  0xf8, // 10: mov -8(%esi), %eax
  0x03,
  0x46,
  0xfe, // add -2(%esi), %eax
  0x01,
  0x4e,
  0xfe, // add %ecx, -2(%esi)
  0x03,
  0x46,
  0x08, // add 8(%esi), %eax
  0x01,
  0x03, // add %eax, (%ebx)
  0x49, // dec %ecx
  0x75,
  10 - 27, // jne 10
  0xf4, // hlt
];

describe("tier 1", () => {
  it("agrees with tier 0 wherever a run stops", () => {
    const { tier } = compare(CALLS(3000), [1, 7, 100, 1, 1, 33, 5000]);
    expect(tier!.statistics.made).toBeGreaterThan(0);
  });

  it("spends nearly all instructions in regions", () => {
    const { cpu } = compare(CALLS(20000), [50_000]);
    expect(cpu.engine.inRegions).toBeGreaterThan(0.95 * cpu.instructions);
  });

  it("drops a region when its code is written, and makes another", () => {
    const { tier } = compare(OVERWRITING, [1000]);
    expect(tier!.statistics.killed).toBeGreaterThan(5);
    expect(tier!.statistics.regions).toBeLessThan(10);
  });
});

it.each([
  ["in the middle of a block", []],
  ["at its start", [0xeb, 0]], // jmp to the next instruction
])("does accesses in several pages within a region once they have kept leaving it, %s", (_, before) => {
  let now = 0;
  const entries: number[] = [];
  const n = 200_000;
  const { tier, cpu } = compare(ACROSS_PAGES(n, before), [300_000], { eager: true, now: () => now }, (_, { vcpu }) => {
    now += RETHINK_PATIENCE_NS;
    entries.push(Number(vcpu.stat(L.STAT_T1_ENTRIES)));
  });
  expect(tier!.statistics.rethought).toBeGreaterThan(0);
  // At first every turn of the loop left it.
  expect(entries[0]).toBeGreaterThan(30_000);
  expect(entries.at(-1)! - entries.at(-2)!).toBeLessThan(100);
  expect(cpu.engine.inRegions).toBeGreaterThan(0.5 * cpu.instructions);
});

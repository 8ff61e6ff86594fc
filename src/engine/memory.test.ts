import { expect, it } from "vitest";
import { MMU_MODES_MAX, S_TLB, TLB_MODE_SIZE } from "../layout/tlb.js";
import { MODE_MMU_MASK } from "../layout/vcpu.js";
import { EngineMemory, placement } from "./memory.js";

const guest = (count: number) => ({ tableBytes: 0, mmu: { count, debug: 0, user: [] } });

it("gives each CPU as many TLBs as its guest has modes", () => {
  expect(MMU_MODES_MAX).toBe(MODE_MMU_MASK + 1);
  for (const count of [1, 3, 8, MMU_MODES_MAX]) {
    const { cpus, cpuSize, fields } = placement(2 ** 20, guest(count), 2);
    expect(cpuSize).toBeGreaterThan(S_TLB + count * TLB_MODE_SIZE);
    expect(Math.min(...fields.map(([, address]) => address))).toBeGreaterThanOrEqual(cpus + 2 * cpuSize);
  }
});

it("refuses more modes than a translation's mode has room for", () => {
  const ram = [{ address: 0, length: 2 ** 20 }];
  expect(() => new EngineMemory(ram, guest(MMU_MODES_MAX + 1))).toThrow("17 MMU modes: the engine has 16 at most");
});

// Model-specific registers: those an AMD processor has, those of other vendors, those that nobody has. In both tiers.

import { describe, expect, it } from "vitest";
import type { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import { buildCpuModel } from "../../../../src/arch/x86/frontend/cpuid.js";
import { LOG_UNKNOWN_MSR } from "../../../../src/arch/x86/host-calls.js";
import * as X from "../../../../src/arch/x86/layout.js";
import type { Engine, Tier1 } from "../../../../src/engine/engine.js";
import * as L from "../../../../src/layout/layout.js";
import { RegionTier } from "../../../../src/tier1/tier1.js";
import { bareCpu, poke } from "../../../../testing/x86/bare.js";

const CODE = 0x7c00;
const HANDLER = 0x500;
const GENERAL_PROTECTION = 13;
const HWCR = 0xc0010015;
const SYSCFG = 0xc0010010;
const LSTAR = 0xc0000082;
const X2APIC_ID = 0x802;
const eager = (engine: Engine): Tier1 => new RegionTier(engine, { eager: true });

describe.each([
  ["tier 0", false],
  ["tier 1", true],
])("in %s", (_tier, tier1) => {
  /** Real mode; #GP halts. */
  function machine(vendor?: string) {
    const log: string[] = [];
    const { table, features } = buildCpuModel("max", [], vendor);
    const cpu = bareCpu(
      {},
      {
        cpuid: { table, features },
        onLog: (kind, write, msr) => {
          if (kind === LOG_UNKNOWN_MSR) log.push(`${write ? "write" : "read"} ${(msr >>> 0).toString(16)}`);
        },
        ...(tier1 ? { tier1: eager } : {}),
      },
    );
    if (tier1) cpu.engine.memory.setHot(1);
    poke(cpu, 4 * GENERAL_PROTECTION, [HANDLER & 255, HANDLER >> 8, 0, 0]);
    poke(cpu, HANDLER, [0xf4]);
    return { cpu, log };
  }

  /** Where nothing has been before: what is poked is not noticed. */
  let next = CODE;

  function run(cpu: X86Cpu, code: readonly number[], msr: number, value = 0n): bigint | "#GP" {
    next += 16;
    poke(cpu, next, [...code, 0xf4]);
    cpu.setSegment(X.CS, 0, 0n, 0xffffn, 0x9b);
    cpu.setSegment(X.SS, 0, 0n, 0xffffn, 0x93);
    cpu.setPc(BigInt(next));
    cpu.setField32(L.S_HALTED, 0);
    cpu.setGpr("rsp", 0x7000n);
    cpu.setGpr("rcx", BigInt(msr));
    cpu.setGpr("rax", value & 0xffffffffn);
    cpu.setGpr("rdx", value >> 32n);
    cpu.update();
    expect(cpu.run(10)).toBe("halt");
    return Number(cpu.pc) === HANDLER + 1 ? "#GP" : (cpu.gpr("rdx") << 32n) | cpu.gpr("rax");
  }

  const read = (cpu: X86Cpu, msr: number) => run(cpu, [0x0f, 0x32], msr);
  const write = (cpu: X86Cpu, msr: number, value: bigint) => run(cpu, [0x0f, 0x30], msr, value) !== "#GP";

  it("performance counters of AMD's can be written, and count nothing", () => {
    const { cpu, log } = machine();
    for (let msr = 0xc0010000; msr <= 0xc0010007; msr++) {
      expect([write(cpu, msr, 0x530076n), read(cpu, msr)]).toEqual([true, 0n]);
    }
    expect(log.length).toBe(16);
  });

  it("AMD's system configuration keeps what is written", () => {
    const { cpu, log } = machine();
    for (const msr of [SYSCFG, HWCR, 0xc0010055, 0xc0011020, 0xc0011029]) {
      expect([write(cpu, msr, 0x123450000002an), read(cpu, msr)]).toEqual([true, 0x123450000002an]);
    }
    expect(log).toEqual([]);
  });

  it("what nobody has reads as 0, takes no notice of writes and is logged", () => {
    const { cpu, log } = machine();
    for (const msr of [0xce, 0x140, 0x48, 0x12345678, 0x40000000, 0xc0010117, 0xc0020000, 0xffffffff])
      expect([msr, read(cpu, msr), write(cpu, msr, -1n & 0xffffffffffffffffn), read(cpu, msr)]).toEqual([
        msr,
        0n,
        true,
        0n,
      ]);
    expect(log.slice(0, 3)).toEqual(["read ce", "write ce", "read ce"]);
    expect(log.length).toBe(24);
  });

  it("what does not take a value, and the x2APIC's where it is off, fault", () => {
    const { cpu, log } = machine();
    expect(write(cpu, LSTAR, 0x800000000000n)).toBe(false);
    expect(write(cpu, LSTAR, 0x7fffffffffffn)).toBe(true);
    expect(write(cpu, 0x277, 2n)).toBe(false);
    expect([read(cpu, X2APIC_ID), write(cpu, X2APIC_ID, 0n)]).toEqual(["#GP", false]);
    expect(log).toEqual([]);
  });

  it("another vendor's processor has none of AMD's", () => {
    const { cpu, log } = machine("GenuineIntel");
    expect([write(cpu, HWCR, 0x2an), read(cpu, HWCR)]).toEqual([true, 0n]);
    expect([write(cpu, LSTAR, 5n), read(cpu, LSTAR)]).toEqual([true, 5n]);
    expect(log).toEqual(["write c0010015", "read c0010015"]);
  });

  it("the vendor changes what CPUID says, and no instruction", () => {
    const vendorOf = (cpu: X86Cpu) => {
      run(cpu, [0x0f, 0xa2], 0);
      return cpu.gpr("rbx");
    };
    expect(vendorOf(machine().cpu)).toBe(0x68747541n);
    expect(vendorOf(machine("GenuineIntel").cpu)).toBe(0x756e6547n);
    // shld ax, dx, 20
    const shift = [0x0f, 0xa4, 0xd0, 20];
    const results = [undefined, "GenuineIntel"].map((vendor) => run(machine(vendor).cpu, shift, 0, 0x1234_0000abcdn));
    expect(results[0]).toBe(results[1]);
  });
});

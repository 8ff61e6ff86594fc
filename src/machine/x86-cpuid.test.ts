import { describe, expect, it } from "vitest";
import { cpuModel } from "./x86-cpuid.js";

function leaf(table: Uint32Array, wanted: number): number[] {
  for (let i = 0; i < table.length; i += 6) if (table[i] === wanted) return [...table.subarray(i + 2, i + 6)];
  throw new Error(`no leaf ${wanted}`);
}

describe("CPU models", () => {
  it("qemu64 has the words QEMU's has under TCG, less what is not emulated", () => {
    const { cpuid, missing } = cpuModel({ model: "qemu64", features: [] });
    const [signature, , ecx, edx] = leaf(cpuid.table, 1);
    expect(signature).toBe(0x60fb1);
    expect(edx).toBe(0x078bfbfd);
    // SSE3, CMPXCHG16B, x2APIC, hypervisor.
    expect(ecx).toBe(0x80202001);
    const [, , extendedEcx, extendedEdx] = leaf(cpuid.table, 0x80000001);
    expect(extendedEcx).toBe(1);
    expect(extendedEdx).toBe(0x2193fbfd);
    expect(missing).toEqual([]);
  });

  it("applies changes in order and names what it has not got", () => {
    const { features, missing, cpuid } = cpuModel({
      model: "max",
      features: [
        { name: "sse4.2", on: false },
        { name: "avx", on: true },
        { name: "rdrand", on: false },
        { name: "rdrand", on: true },
      ],
    });
    expect(features.has("sse4.2")).toBe(false);
    expect(features.has("rdrand")).toBe(true);
    expect(missing).toEqual(["avx"]);
    expect(leaf(cpuid.table, 1)[2]! & (1 << 20)).toBe(0);
    expect(cpuid.features[0]).toBe(leaf(cpuid.table, 1)[2]);
    expect(cpuid.features).toHaveLength(8);
  });

  it("spells vendor and brand", () => {
    const { table } = cpuModel({ model: "max", features: [] }).cpuid;
    const text = (...words: number[]) => Buffer.from(Uint32Array.from(words).buffer).toString("latin1");
    const [, b, c, d] = leaf(table, 0);
    expect(text(b!, d!, c!)).toBe("AuthenticAMD");
    expect(text(...leaf(table, 0x80000002), ...leaf(table, 0x80000003))).toContain("wasmachine virtual CPU");
    const [, h0, h1, h2] = leaf(table, 0x40000000);
    expect(text(h0!, h1!, h2!)).toBe("TCGTCGTCGTCG");
  });
});

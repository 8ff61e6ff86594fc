import { describe, expect, it } from "vitest";
import { buildCpuModel, type X86CpuModel } from "./cpuid.js";
import { WORD_1_ECX, WORD_7_EBX, X86_FEATURES } from "./features.js";
import { ROWS } from "./tables.js";

function leaf(model: X86CpuModel, number: number, sub = 0): number[] | undefined {
  const { table } = model;
  for (let k = 0; k < table.length; k += 6) {
    if (table[k] === number && (table[k + 1] === 0xffffffff || table[k + 1] === sub))
      return [...table.slice(k + 2, k + 6)];
  }
  return undefined;
}

function ascii(...words: number[]): string {
  return words
    .flatMap((word) => [0, 8, 16, 24].map((shift) => String.fromCharCode((word >>> shift) & 0xff)))
    .join("")
    .replace(/\0+$/, "");
}

describe("CPU models", () => {
  it("qemu64 has QEMU's names, family and features, and the TSC deadline timer", () => {
    const model = buildCpuModel("qemu64");
    const [level, b, c, d] = leaf(model, 0)!;
    expect(level).toBe(0xd);
    expect(ascii(b!, d!, c!)).toBe("AuthenticAMD");
    expect(leaf(model, 1)).toEqual([0x60fb1, 0x800, 0x81002001, 0x078bfbfd]);
    expect(leaf(model, 0x80000001)!.slice(2)).toEqual([1, 0x2193fbfd]);
    expect(ascii(...leaf(model, 0x80000002)!, ...leaf(model, 0x80000003)!)).toBe("QEMU Virtual CPU version 2.5+");
    expect(leaf(model, 0xd)).toBeUndefined();
  });

  it("switches features in order and refuses what is not implemented", () => {
    const model = buildCpuModel("qemu64", [
      { name: "smep", on: true },
      { name: "pni", on: false },
      { name: "x2apic", on: false },
      { name: "x2apic", on: true },
    ]);
    expect(model.names.has("smep")).toBe(true);
    expect(model.features[WORD_7_EBX]).toBe(1 << 7);
    expect(model.features[WORD_1_ECX]! & 1).toBe(0);
    expect(model.features[WORD_1_ECX]! & (1 << 21)).not.toBe(0);
    expect(() => buildCpuModel("max", [{ name: "avx2", on: true }])).toThrow("CPU feature 'avx2' is not implemented");
    expect(() => buildCpuModel("max", [{ name: "avx2", on: false }])).not.toThrow();
  });

  it("max tells the TSC frequency and describes the XSAVE area", () => {
    const model = buildCpuModel("max");
    expect(leaf(model, 0x15)!.slice(0, 3)).toEqual([1, 1, 1_000_000_000]);
    expect(leaf(model, 0x40000010)![0]).toBe(1_000_000);
    expect(leaf(model, 0xd, 0)).toEqual([3, 576, 576, 0]);
    expect(ascii(...leaf(model, 0x40000000)!.slice(1))).toBe("TCGTCGTCGTCG");
  });

  it("knows every feature a row asks for", () => {
    for (const [opcode, mnemonic, , , attributes] of ROWS) {
      const feature = attributes?.feature;
      if (feature !== undefined) expect(X86_FEATURES.has(feature), `${opcode} ${mnemonic}: ${feature}`).toBe(true);
    }
  });
});

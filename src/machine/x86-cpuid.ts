// CPU models: which features -cpu qemu64 and -cpu max offer, and the CPUID table made of them (Intel SDM volume 2, CPUID;
// AMD APM volume 3, appendix E). Family, vendor and leaves are those of QEMU's models under TCG.

import type { CpuConfig } from "../options/config.js";
import { CPU_FEATURES, type FeatureWord } from "../options/cpu-features.js";

/** Everything the emulator has. */
const SUPPORTED = new Set(
  (
    "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ss " +
    "pni pclmulqdq ssse3 cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave rdrand hypervisor " +
    "fsgsbase tsc-adjust bmi1 smep bmi2 erms invpcid rdseed adx smap clflushopt clwb umip rdpid xsaveopt " +
    "syscall nx fxsr-opt pdpe1gb rdtscp lm lahf-lm cr8legacy abm 3dnowprefetch invtsc arat wbnoinvd"
  ).split(" "),
);

const QEMU64 = new Set(
  (
    "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 " +
    "pni cx16 x2apic hypervisor syscall nx lm lahf-lm"
  ).split(" "),
);

const VENDOR = "AuthenticAMD";
const HYPERVISOR = "TCGTCGTCGTCG";
/** Family 15, model 107, stepping 1. */
const SIGNATURE = 0x00060fb1;
const PHYSICAL_BITS = 40;
const VIRTUAL_BITS = 48;
/** Bits of 1.EDX that 8000_0001.EDX repeats. */
const ALIASED = 0x0183f3ff;
/** Sub-leaf of entries that hold for any (core/x86/cpuid.ts). */
const ANY = 0xffffffff;

export interface CpuModel {
  features: ReadonlySet<string>;
  /** What the frontend is to offer: all but features that only show in CPUID. */
  cpuid: { table: Uint32Array; features: Uint32Array };
  /** CPUID 1.EAX. */
  signature: number;
  /** Features asked for that the emulator does not have; they are left out. */
  missing: string[];
}

/** The CPU of a -cpu. */
export function cpuModel(config: CpuConfig): CpuModel {
  const features = new Set(config.model === "max" ? SUPPORTED : QEMU64);
  const missing: string[] = [];
  for (const { name, on } of config.features) {
    if (!on) features.delete(name);
    else if (SUPPORTED.has(name)) features.add(name);
    else missing.push(name);
  }
  const name = config.model === "max" ? "wasmachine virtual CPU" : "QEMU Virtual CPU version 2.5+";
  return { features, cpuid: cpuidTable(features, name), signature: SIGNATURE, missing };
}

function cpuidTable(features: ReadonlySet<string>, name: string): CpuModel["cpuid"] {
  const word = (which: FeatureWord): number => {
    let value = 0;
    for (const feature of features) {
      const known = CPU_FEATURES.get(feature);
      if (known?.word === which) value |= 1 << known.bit;
    }
    return value >>> 0;
  };
  const extendedEdx = (word("80000001.edx") | (word("1.edx") & ALIASED)) >>> 0;
  const xsave = features.has("xsave");
  const [v0, v1, v2] = letters(VENDOR, 3) as [number, number, number];
  const [h0, h1, h2] = letters(HYPERVISOR, 3) as [number, number, number];
  const brand = letters(name, 12);
  const leaves: [leaf: number, sub: number, a: number, b: number, c: number, d: number][] = [
    [0, ANY, 0xd, v0, v2, v1],
    // Cache lines of 64 bytes, APIC id 0.
    [1, ANY, SIGNATURE, 8 << 8, word("1.ecx"), word("1.edx")],
    // Descriptors: 32 KiB of level 1 twice, 2 MiB of level 2.
    [2, ANY, 0x00000001, 0, 0x4d, 0x002c307d],
    [6, ANY, word("6.eax"), 0, 0, 0],
    [7, 0, 0, word("7.ebx"), word("7.ecx"), word("7.edx")],
    // One thread, one core.
    [0xb, 0, 0, 1, 0x100, 0],
    [0xb, 1, 0, 1, 0x201, 0],
    [0xd, 0, xsave ? 3 : 0, xsave ? 576 : 0, xsave ? 576 : 0, 0],
    [0xd, 1, xsave ? word("d.eax") : 0, 0, 0, 0],
    [0x80000000, ANY, 0x80000008, v0, v2, v1],
    [0x80000001, ANY, SIGNATURE, 0, word("80000001.ecx"), extendedEdx],
    [0x80000002, ANY, brand[0]!, brand[1]!, brand[2]!, brand[3]!],
    [0x80000003, ANY, brand[4]!, brand[5]!, brand[6]!, brand[7]!],
    [0x80000004, ANY, brand[8]!, brand[9]!, brand[10]!, brand[11]!],
    // Level 1: 64 KiB each, two-way; level 2: 512 KiB, 16-way.
    [0x80000005, ANY, 0x01ff01ff, 0x01ff01ff, 0x40020140, 0x40020140],
    [0x80000006, ANY, 0, 0x42004200, 0x02008140, 0],
    [0x80000007, ANY, 0, 0, 0, word("80000007.edx")],
    [0x80000008, ANY, PHYSICAL_BITS | (VIRTUAL_BITS << 8), word("80000008.ebx"), 0, 0],
  ];
  if (features.has("hypervisor")) {
    leaves.push([0x40000000, ANY, 0x40000001, h0, h1, h2], [0x40000001, ANY, 0, 0, 0, 0]);
  }
  const gates: FeatureWord[] = ["1.ecx", "1.edx", "7.ebx", "7.ecx", "80000001.ecx", "80000001.edx", "d.eax", "80000008.ebx"];
  return { table: Uint32Array.from(leaves.flat()), features: Uint32Array.from(gates.map(word)) };
}

/** Text as little-endian words, padded with zeros. */
function letters(text: string, words: number): number[] {
  return Array.from({ length: words }, (_, i) => {
    const at = (k: number): number => text.charCodeAt(4 * i + k) || 0;
    return (at(0) | (at(1) << 8) | (at(2) << 16) | (at(3) << 24)) >>> 0;
  });
}

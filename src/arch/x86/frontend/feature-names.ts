// Names of CPU features as -cpu knows them, with the CPUID bit each stands for (Intel SDM volume 2, CPUID).

/** A register of a CPUID leaf. */
export type FeatureWord =
  | "1.edx"
  | "1.ecx"
  | "7.ebx"
  | "7.ecx"
  | "7.edx"
  | "d.eax"
  | "80000001.edx"
  | "80000001.ecx"
  | "80000007.edx"
  | "80000008.ebx"
  | "6.eax"
  | "40000001.eax";

export interface FeatureBit {
  readonly word: FeatureWord;
  readonly bit: number;
}

// One string per word: names by bit, "-" where a bit has no name or none a user may change.
const WORDS: Record<FeatureWord, string> = {
  "1.edx":
    "fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov " +
    "pat pse36 pn clflush - ds acpi mmx fxsr sse sse2 ss ht tm ia64 pbe",
  "1.ecx":
    "pni pclmulqdq dtes64 monitor ds-cpl vmx smx est tm2 ssse3 cid - fma cx16 xtpr pdcm " +
    "- pcid dca sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave - avx f16c rdrand hypervisor",
  "7.ebx":
    "fsgsbase tsc-adjust sgx bmi1 hle avx2 - smep bmi2 erms invpcid rtm - - mpx - " +
    "avx512f avx512dq rdseed adx smap avx512ifma pcommit clflushopt clwb intel-pt avx512pf avx512er avx512cd sha-ni avx512bw avx512vl",
  "7.ecx":
    "- avx512vbmi umip pku ospke waitpkg avx512vbmi2 - gfni vaes vpclmulqdq avx512vnni avx512bitalg - avx512-vpopcntdq - " +
    "la57 - - - - - rdpid - bus-lock-detect cldemote - movdiri movdir64b - sgxlc pks",
  "7.edx":
    "- - avx512-4vnniw avx512-4fmaps fsrm - - - avx512-vp2intersect - md-clear - - - serialize - " +
    "tsx-ldtrk - - arch-lbr - - amx-bf16 avx512-fp16 amx-tile amx-int8 spec-ctrl stibp flush-l1d arch-capabilities core-capability ssbd",
  "d.eax": "xsaveopt xsavec xgetbv1 xsaves xfd",
  "80000001.edx":
    "- - - - - - - - - - - syscall - - - - - - - mp nx - mmxext - - fxsr-opt pdpe1gb rdtscp - lm 3dnowext 3dnow",
  "80000001.ecx":
    "lahf-lm cmp-legacy svm extapic cr8legacy abm sse4a misalignsse 3dnowprefetch osvw ibs xop skinit wdt - lwp " +
    "fma4 tce - nodeid-msr - tbm topoext perfctr-core perfctr-nb",
  "80000007.edx": "- - - - - - - - invtsc",
  "80000008.ebx":
    "clzero - xsaveerptr - - - - - - wbnoinvd - - ibpb - ibrs amd-stibp - stibp-always-on - - - - - - amd-ssbd virt-ssbd amd-no-ssb - amd-psfd",
  "6.eax": "- - arat",
  "40000001.eax": "kvmclock kvm-nopiodelay kvm-mmu - kvm-asyncpf kvm-steal-time kvm-pv-eoi kvm-pv-unhalt",
};

const ALIASES: Record<string, string> = {
  sse3: "pni",
  "sse4-1": "sse4.1",
  "sse4-2": "sse4.2",
  sse4_1: "sse4.1",
  sse4_2: "sse4.2",
  xd: "nx",
  i64: "lm",
  ffxsr: "fxsr-opt",
  "lahf-lm": "lahf-lm",
  lzcnt: "abm",
  sha: "sha-ni",
  cmov: "cmov",
  pclmul: "pclmulqdq",
};

/** Where every feature is, by its name. */
export const FEATURE_BITS: ReadonlyMap<string, FeatureBit> = new Map(
  (Object.entries(WORDS) as [FeatureWord, string][]).flatMap(([word, names]) =>
    names
      .split(" ")
      .map((name, bit): [string, FeatureBit] => [name, { word, bit }])
      .filter(([name]) => name !== "-"),
  ),
);

/** The name of a feature as typed (`sse4_2`, `sse4.2` and `sse4-2` are one), or undefined. */
export function featureName(typed: string): string | undefined {
  const name = typed.toLowerCase();
  const dashed = name.replaceAll("_", "-");
  return [ALIASES[name] ?? ALIASES[dashed] ?? dashed, name].find((one) => FEATURE_BITS.has(one));
}

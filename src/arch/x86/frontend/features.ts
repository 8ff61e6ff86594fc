// CPU features the frontend and core implement.

import { FEATURE_BITS, type FeatureWord } from "./feature-names.js";

/** Words of X_FEATURES, in its order. */
export const WORD_1_ECX = 0;
export const WORD_1_EDX = 1;
export const WORD_7_EBX = 2;
export const WORD_7_ECX = 3;
export const WORD_EXT_ECX = 4;
export const WORD_EXT_EDX = 5;
export const WORD_D1_EAX = 6;
export const WORD_EXT8_EBX = 7;
/** Words of X_FEATURES. */
export const FEATURE_WORDS = 8;
/** Words that core does not look at. */
export const WORD_7_EDX = 8;
export const WORD_EXT7_EDX = 9;
export const WORD_6_EAX = 10;
export const ALL_WORDS = 11;

/** Those that have an index; the others are no feature of this emulator. */
const INDEX: Readonly<Partial<Record<FeatureWord, number>>> = {
  "1.edx": WORD_1_EDX,
  "1.ecx": WORD_1_ECX,
  "7.ebx": WORD_7_EBX,
  "7.ecx": WORD_7_ECX,
  "7.edx": WORD_7_EDX,
  "d.eax": WORD_D1_EAX,
  "6.eax": WORD_6_EAX,
  "80000001.edx": WORD_EXT_EDX,
  "80000001.ecx": WORD_EXT_ECX,
  "80000007.edx": WORD_EXT7_EDX,
  "80000008.ebx": WORD_EXT8_EBX,
};

const IMPLEMENTED =
  "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush acpi mmx fxsr sse sse2 ss pni " +
  "pclmulqdq ssse3 cx16 pcid sse4.1 sse4.2 x2apic movbe popcnt tsc-deadline aes xsave rdrand hypervisor fsgsbase " +
  "tsc-adjust bmi1 smep bmi2 erms invpcid rdseed adx smap clflushopt clwb umip rdpid fsrm xsaveopt xgetbv1 syscall nx mmxext " +
  "pdpe1gb rdtscp lm lahf-lm abm 3dnowprefetch invtsc arat";

/** CPUID bit of each implemented feature. */
export const X86_FEATURES: ReadonlyMap<string, { word: number; bit: number }> = new Map(
  IMPLEMENTED.split(" ").map((name) => {
    const { word, bit } = FEATURE_BITS.get(name)!;
    return [name, { word: INDEX[word]!, bit }];
  }),
);

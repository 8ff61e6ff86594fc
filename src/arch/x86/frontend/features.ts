// CPU features the frontend and core implement: names as -cpu spells them, and the CPUID bit of each (Intel SDM volume 2, CPUID; AMD
// APM volume 3, appendix E).

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

const BITS: readonly (readonly [word: number, names: Readonly<Record<string, number>>])[] = [
  [
    WORD_1_EDX,
    {
      fpu: 0,
      vme: 1,
      de: 2,
      pse: 3,
      tsc: 4,
      msr: 5,
      pae: 6,
      mce: 7,
      cx8: 8,
      apic: 9,
      sep: 11,
      mtrr: 12,
      pge: 13,
      mca: 14,
      cmov: 15,
      pat: 16,
      pse36: 17,
      clflush: 19,
      acpi: 22,
      mmx: 23,
      fxsr: 24,
      sse: 25,
      sse2: 26,
      ss: 27,
    },
  ],
  [
    WORD_1_ECX,
    {
      pni: 0,
      pclmulqdq: 1,
      ssse3: 9,
      cx16: 13,
      pcid: 17,
      "sse4.1": 19,
      "sse4.2": 20,
      x2apic: 21,
      movbe: 22,
      popcnt: 23,
      "tsc-deadline": 24,
      aes: 25,
      xsave: 26,
      rdrand: 30,
      hypervisor: 31,
    },
  ],
  [
    WORD_7_EBX,
    {
      fsgsbase: 0,
      "tsc-adjust": 1,
      bmi1: 3,
      smep: 7,
      bmi2: 8,
      erms: 9,
      invpcid: 10,
      rdseed: 18,
      adx: 19,
      smap: 20,
      clflushopt: 23,
      clwb: 24,
    },
  ],
  [WORD_7_ECX, { umip: 2, rdpid: 22 }],
  [WORD_7_EDX, { fsrm: 4 }],
  [WORD_D1_EAX, { xsaveopt: 0, xgetbv1: 2 }],
  [WORD_EXT_EDX, { syscall: 11, nx: 20, mmxext: 22, pdpe1gb: 26, rdtscp: 27, lm: 29 }],
  [WORD_EXT_ECX, { "lahf-lm": 0, abm: 5, "3dnowprefetch": 8 }],
  [WORD_EXT7_EDX, { invtsc: 8 }],
  [WORD_6_EAX, { arat: 2 }],
];

/** CPUID bit of each implemented feature. */
export const X86_FEATURES: ReadonlyMap<string, { word: number; bit: number }> = new Map(
  BITS.flatMap(([word, names]) => Object.entries(names).map(([name, bit]) => [name, { word, bit }] as const)),
);

// CPU models: the CPUID table that core/arch/x86/cpuid.ts answers from, and the features translation offers.

import { APIC_HZ, TSC_HZ } from "../tuning.js";
import {
  ALL_WORDS,
  FEATURE_WORDS,
  WORD_1_ECX,
  WORD_1_EDX,
  WORD_6_EAX,
  WORD_7_EBX,
  WORD_7_ECX,
  WORD_7_EDX,
  WORD_D1_EAX,
  WORD_EXT_ECX,
  WORD_EXT_EDX,
  WORD_EXT7_EDX,
  WORD_EXT8_EBX,
  X86_FEATURES,
} from "./features.js";

export type X86Model = keyof typeof MODELS;

export interface X86CpuModel {
  /** Entries of six words: leaf, sub-leaf (0xffffffff: any), EAX, EBX, ECX, EDX. For X_CPUID_TABLE. */
  table: Uint32Array;
  /** For X_FEATURES. */
  features: Uint32Array;
  /** Features on, by name: for X86Frontend. */
  names: ReadonlySet<string>;
  /** CPUID 1.EAX. */
  signature: number;
}

export const DEFAULT_VENDOR = "AuthenticAMD";
/** Guests know QEMU's translator by this name; what they do about it (nothing to detect, no paravirtual clock) holds here too. */
const HYPERVISOR = "TCGTCGTCGTCG";
/** Family 15, model 107, stepping 1, as QEMU's qemu64. */
const SIGNATURE = 0x00060fb1;
const PHYSICAL_BITS = 40;
const VIRTUAL_BITS = 48;
const ANY = 0xffffffff;
/** Bits of 1.EDX that AMD repeats in 8000_0001.EDX. */
const AMD_ALIASES = 0x0183f3ff;

/** QEMU 7.2's qemu64, without what is not implemented (SVM). Beyond it has the TSC deadline timer: a kernel that finds none measures the
 *  APIC timer's frequency, in a loop of a tenth of a second at every boot. */
const QEMU64 =
  "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 pni cx16 hypervisor " +
  "syscall nx lm lahf-lm tsc-deadline";
/** Everything implemented except x2APIC, which guests without interrupt remapping had better not find. */
const NOT_IN_MAX: ReadonlySet<string> = new Set(["x2apic"]);

const MODELS = {
  qemu64: {
    text: "64-bit CPU of a small common feature set",
    features: () => QEMU64.split(" "),
    id: "QEMU Virtual CPU version 2.5+",
    level: 0xd,
  },
  max: {
    text: "every feature the emulator has",
    features: () => [...X86_FEATURES.keys()].filter((name) => !NOT_IN_MAX.has(name)),
    id: "QEMU TCG CPU version 2.5+",
    level: 0x16,
  },
} as const;

/** What -cpu takes; the first is the default. */
export const X86_MODELS = Object.entries(MODELS).map(([name, { text }]) => ({ name: name as X86Model, text }));

/** Builds a CPU model with features switched on and off in order. Throws for a feature that is switched on but not implemented.
 *  `vendor`: 12 characters; they change what CPUID says and which model-specific registers there are, never what instructions do. */
export function buildCpuModel(
  model: X86Model,
  changes: Iterable<{ name: string; on: boolean }> = [],
  vendor = DEFAULT_VENDOR,
): X86CpuModel {
  const base = MODELS[model];
  const names = new Set<string>(base.features());
  for (const { name, on } of changes) {
    if (on && !X86_FEATURES.has(name)) throw new Error(`CPU feature '${name}' is not implemented`);
    if (on) names.add(name);
    else names.delete(name);
  }
  const words = new Uint32Array(ALL_WORDS);
  for (const name of names) {
    const { word, bit } = X86_FEATURES.get(name)!;
    words[word]! |= 1 << bit;
  }
  if (vendor === DEFAULT_VENDOR) words[WORD_EXT_EDX]! |= words[WORD_1_EDX]! & AMD_ALIASES;
  return {
    table: buildTable(words, base.id, base.level, names, text(vendor)),
    features: words.slice(0, FEATURE_WORDS),
    names,
    signature: SIGNATURE,
  };
}

function buildTable(
  words: Uint32Array,
  id: string,
  level: number,
  names: ReadonlySet<string>,
  vendor: readonly number[],
): Uint32Array {
  const rows: number[] = [];
  const add = (leaf: number, sub: number, eax: number, ebx: number, ecx: number, edx: number): void => {
    rows.push(leaf, sub, eax, ebx, ecx, edx);
  };
  add(0, ANY, level, vendor[0]!, vendor[2]!, vendor[1]!);
  add(1, ANY, SIGNATURE, 8 << 8, words[WORD_1_ECX]!, words[WORD_1_EDX]!);
  add(2, ANY, 1, 0, 0x4d, 0x002c307d);
  // Caches: 32 KiB L1 data and instructions, 512 KiB L2, 16 MiB L3.
  add(4, 0, 0x121, 0x01c0003f, 63, 1);
  add(4, 1, 0x122, 0x01c0003f, 63, 1);
  add(4, 2, 0x143, 0x03c0003f, 511, 1);
  add(4, 3, 0x163, 0x03c0003f, 16383, 6);
  add(6, ANY, words[WORD_6_EAX]!, 0, 0, 0);
  add(7, 0, 0, words[WORD_7_EBX]!, words[WORD_7_ECX]!, words[WORD_7_EDX]!);
  // Topology: one thread, one core.
  add(0xb, 0, 0, 1, 0x100, 0);
  add(0xb, 1, 0, 1, 0x201, 0);
  if (names.has("xsave")) {
    // x87 and SSE, which lie in the legacy region; 64 bytes of header.
    add(0xd, 0, 3, 576, 576, 0);
    add(0xd, 1, words[WORD_D1_EAX]!, 0, 0, 0);
  }
  if (level >= 0x16) {
    add(0x15, ANY, 1, 1, TSC_HZ, 0);
    add(0x16, ANY, TSC_HZ / 1e6, TSC_HZ / 1e6, 100, 0);
  }
  if (names.has("hypervisor")) {
    const signature = text(HYPERVISOR);
    add(0x40000000, ANY, 0x40000010, signature[0]!, signature[1]!, signature[2]!);
    add(0x40000010, ANY, TSC_HZ / 1000, APIC_HZ / 1000, 0, 0);
  }
  add(0x80000000, ANY, 0x80000008, vendor[0]!, vendor[2]!, vendor[1]!);
  add(0x80000001, ANY, SIGNATURE, 0, words[WORD_EXT_ECX]!, words[WORD_EXT_EDX]!);
  const name = text(id.padEnd(48, "\0"));
  for (let k = 0; k < 3; k++) {
    add(0x80000002 + k, ANY, name[4 * k]!, name[4 * k + 1]!, name[4 * k + 2]!, name[4 * k + 3]!);
  }
  add(0x80000005, ANY, 0x01ff01ff, 0x01ff01ff, 0x40020140, 0x40020140);
  add(0x80000006, ANY, 0, 0x42004200, 0x02008140, 0x00808140);
  add(0x80000007, ANY, 0, 0, 0, words[WORD_EXT7_EDX]!);
  add(0x80000008, ANY, PHYSICAL_BITS | (VIRTUAL_BITS << 8), words[WORD_EXT8_EBX]!, 0, 0);
  return Uint32Array.from(rows);
}

/** ASCII as little-endian words. */
function text(s: string): number[] {
  const words: number[] = [];
  for (let i = 0; i < s.length; i += 4) {
    let word = 0;
    for (let k = 0; k < 4; k++) word |= (s.charCodeAt(i + k) || 0) << (8 * k);
    words.push(word >>> 0);
  }
  return words;
}

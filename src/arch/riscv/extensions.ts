// Extensions of the instruction set by their names in the ISA string, in its order (unprivileged 36.5), and the models of -cpu.

import {
  FEATURE_CBOM,
  FEATURE_CBOZ,
  FEATURE_F,
  FEATURE_SSTC,
  FEATURE_STATEEN,
  FEATURE_SVADU,
  FEATURE_SVNAPOT,
  FEATURE_SVPBMT,
} from "./layout.js";

export const EXTENSIONS: readonly string[] = [
  ..."i m a f d c".split(" "),
  ..."zicbom zicbop zicboz zicntr zicond zicsr zifencei zihpm".split(" "),
  ..."zabha zacas zawrs".split(" "),
  ..."zfa zfh zfhmin".split(" "),
  ..."zba zbb zbc zbkb zbs".split(" "),
  ..."smstateen ssstateen sstc svade svadu svinval svnapot svpbmt".split(" "),
];

/** What a CPU cannot be without. */
const ALWAYS = ["i", "zicsr", "zifencei", "zicntr", "zihpm"];

const RV64 = [...ALWAYS, ..."m a f d c zba zbb zbc zbs zawrs zicbom zicbop zicboz sstc svadu".split(" ")];
const RVA22S64 = [...ALWAYS, ..."m a f d c zba zbb zbs zicbom zicbop zicboz svade svinval svpbmt".split(" ")];

const MODELS = {
  rv64: { extensions: RV64, text: "what most programs are made for" },
  max: { extensions: EXTENSIONS, text: "every extension that the emulator has" },
  rva22s64: { extensions: RVA22S64, text: "the profile RVA22S64" },
} as const;
export type RiscvModel = keyof typeof MODELS;
export const RISCV_MODELS = Object.entries(MODELS).map(([name, { text }]) => ({ name: name as RiscvModel, text }));

/** Those of a model after changes, in the order of the ISA string. */
export function extensionsOf(model: RiscvModel, changes: readonly { name: string; on: boolean }[]): string[] {
  const on = new Set<string>(MODELS[model].extensions);
  for (const change of changes) {
    if (change.on) on.add(change.name);
    else if (!ALWAYS.includes(change.name)) on.delete(change.name);
    // The registers of D are those of F (unprivileged 22.1).
    if (change.on && change.name === "d") on.add("f");
    if (!on.has("f")) on.delete("d");
  }
  return EXTENSIONS.filter((name) => on.has(name));
}

/** The name of an extension as typed, or undefined. */
export function extensionName(typed: string): string | undefined {
  const name = typed.toLowerCase();
  return EXTENSIONS.includes(name) ? name : undefined;
}

const FEATURES: Readonly<Record<string, number>> = {
  sstc: FEATURE_SSTC,
  smstateen: FEATURE_STATEEN,
  svadu: FEATURE_SVADU,
  svpbmt: FEATURE_SVPBMT,
  svnapot: FEATURE_SVNAPOT,
  zicbom: FEATURE_CBOM,
  zicboz: FEATURE_CBOZ,
  f: FEATURE_F,
};

/** RV_FEATURES. */
export function featureBits(extensions: readonly string[]): number {
  return extensions.reduce((bits, name) => bits | (FEATURES[name] ?? 0), 0);
}

/** misa (privileged 3.1.1): 64 bits, the letters, S and U. */
export function misa(extensions: readonly string[]): bigint {
  const letters = [...extensions.filter((name) => name.length === 1), "s", "u"];
  return letters.reduce((bits, letter) => bits | (1n << BigInt(letter.charCodeAt(0) - 97)), 2n << 62n);
}

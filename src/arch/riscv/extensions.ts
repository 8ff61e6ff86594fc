// Extensions of the instruction set, by their names in the ISA string and in its order (unprivileged 36.5).

import {
  FEATURE_CBOM,
  FEATURE_CBOZ,
  FEATURE_F,
  FEATURE_SSTC,
  FEATURE_STATEEN,
  FEATURE_SVADE,
  FEATURE_SVADU,
  FEATURE_SVNAPOT,
  FEATURE_SVPBMT,
  FEATURE_V,
} from "./layout.js";

interface ExtensionRow {
  /** Others that it is not without. */
  readonly needs?: string;
  /** Others that it consists of: they go with it. */
  readonly parts?: string;
  /** Of RV_FEATURES. */
  readonly feature?: number;
}

/** Those without a row of instructions or a register say how the machine behaves: the RVA22 profile names them. */
const ROWS: Readonly<Record<string, ExtensionRow>> = {
  i: {},
  m: { parts: "zmmul" },
  a: { parts: "zaamo zalrsc" },
  f: { needs: "zicsr", feature: FEATURE_F },
  d: { needs: "f" },
  c: { parts: "zca" },
  // VLEN is 128, ELEN 64.
  v: { needs: "d", feature: FEATURE_V },
  zic64b: {},
  zicbom: { feature: FEATURE_CBOM },
  zicbop: {},
  zicboz: { feature: FEATURE_CBOZ },
  ziccamoa: { needs: "a" },
  ziccif: {},
  zicclsm: {},
  ziccrse: { needs: "zalrsc" },
  zicntr: { needs: "zicsr" },
  zicond: {},
  zicsr: {},
  zifencei: {},
  zihintntl: {},
  zihintpause: {},
  zihpm: { needs: "zicsr" },
  zmmul: {},
  za64rs: { needs: "zalrsc" },
  zaamo: {},
  zabha: { needs: "zaamo" },
  zacas: { needs: "zaamo" },
  zalrsc: {},
  zawrs: { needs: "zalrsc" },
  zfa: { needs: "f" },
  zfh: { needs: "zfhmin" },
  zfhmin: { needs: "f" },
  zca: {},
  zcd: { needs: "zca d" },
  zba: {},
  zbb: {},
  zbc: {},
  zbkb: {},
  zbs: {},
  zkt: {},
  smstateen: { feature: FEATURE_STATEEN, parts: "ssstateen" },
  ssccptr: {},
  sscounterenw: {},
  ssstateen: {},
  sstc: { feature: FEATURE_SSTC },
  sstvala: {},
  sstvecd: {},
  ssu64xl: {},
  svade: { feature: FEATURE_SVADE },
  svadu: { feature: FEATURE_SVADU },
  svinval: {},
  svnapot: { feature: FEATURE_SVNAPOT },
  svpbmt: { feature: FEATURE_SVPBMT },
  svvptc: {},
};

export const EXTENSIONS: readonly string[] = Object.keys(ROWS);

/** What a CPU cannot be without. */
const ALWAYS: ReadonlySet<string> = new Set(["i", "zicsr", "zifencei", "zicntr", "zihpm"]);

const words = (text: string | undefined): string[] => text?.split(" ") ?? [];
const needs = (name: string): string[] => words(ROWS[name]?.needs);
const parts = (name: string): string[] => words(ROWS[name]?.parts);

export interface ExtensionChange {
  readonly name: string;
  readonly on: boolean;
}

/** What was said last of each. */
function wanted(changes: readonly ExtensionChange[]): { on: Set<string>; off: Set<string> } {
  const last = new Map(changes.map(({ name, on }) => [name, on]));
  const named = (state: boolean) => [...last].filter(([, on]) => on === state).map(([name]) => name);
  const on = new Set(named(true));
  const off = new Set(named(false));
  for (const name of off) for (const part of parts(name)) if (!on.has(part)) off.add(part);
  return { on, off };
}

/** Adds what `name` needs and consists of. */
function add(all: Set<string>, name: string): void {
  all.add(name);
  for (const other of [...needs(name), ...parts(name)]) if (!all.has(other)) add(all, other);
}

function withNeeds(names: Iterable<string>): Set<string> {
  const all = new Set<string>();
  for (const name of names) add(all, name);
  // C has loads and stores of doubles where there are doubles.
  if (all.has("c") && all.has("d")) all.add("zcd");
  return all;
}

/** `names` after changes, with all that they need. What needs one that is turned off is off too, unless it was asked for. */
export function changed(names: readonly string[], changes: readonly ExtensionChange[]): string[] {
  const { on, off } = wanted(changes);
  const possible = (name: string) => ![...withNeeds([name])].some((other) => off.has(other));
  const all = withNeeds([...[...names].filter(possible), ...on]);
  return EXTENSIONS.filter((name) => ALWAYS.has(name) || (all.has(name) && !off.has(name)));
}

/** Why changes contradict one another, in a sentence. */
export function contradiction(changes: readonly ExtensionChange[]): string | undefined {
  const { on, off } = wanted(changes);
  for (const name of off) if (ALWAYS.has(name)) return `${name} cannot be off: no CPU of this emulator is without it`;
  for (const name of on) {
    const missing = [...withNeeds([name])].find((other) => off.has(other));
    if (missing !== undefined) return `${name} needs ${missing}, which is off`;
  }
  return undefined;
}

/** RV_FEATURES. */
export function featureBits(extensions: readonly string[]): number {
  return extensions.reduce((bits, name) => bits | (ROWS[name]?.feature ?? 0), 0);
}

/** misa (privileged 3.1.1): 64 bits, the letters, S and U. */
export function misa(extensions: readonly string[]): bigint {
  const letters = [...extensions.filter((name) => name.length === 1), "s", "u"];
  return letters.reduce((bits, letter) => bits | (1n << BigInt(letter.charCodeAt(0) - 97)), 2n << 62n);
}

// The models of -cpu.

import type { CpuConfig } from "../../options/config.js";
import type { CpuRows } from "../../options/rows.js";
import { changed, contradiction, EXTENSIONS, type ExtensionChange } from "./extensions.js";
import { SCHEME_PROPERTIES, type Scheme, schemeContradiction, widestScheme } from "./schemes.js";

const words = (...lines: string[]): string[] => lines.flatMap((line) => line.split(" "));

/** Of every model. */
const BASE = words(
  "i m a f d c zicsr zifencei zicntr zihpm zihintpause",
  "zic64b zicbom zicbop zicboz ziccamoa ziccif zicclsm ziccrse za64rs",
  "ssccptr sscounterenw sstvala sstvecd ssu64xl",
);

/** What QEMU's has, but for H. */
const RV64 = [...BASE, ...words("zihintntl zawrs zfa zba zbb zbc zbs sstc svadu svvptc")];

/** RISC-V Profiles, RVA22S64: what is mandatory. */
const RVA22S64 = [...BASE, ...words("zfhmin zba zbb zbs zkt svade svinval svpbmt")];

/** RISC-V Profiles, RVA23S64: what is mandatory beyond that. */
const RVA23S64 = [
  ...RVA22S64,
  ...words("v h zicond zihintntl zimop zawrs zfa zcb zcmop zvbb zvfhmin zvkt"),
  ...words("sha smstateen sscofpmf ssnpm sstc supm svnapot"),
];

interface Model {
  readonly extensions: readonly string[];
  /** The widest page tables, where they are not the widest of all. */
  readonly scheme?: Scheme;
  readonly text: string;
}

const MODELS = {
  rv64: { extensions: RV64, text: "what most programs are made for" },
  // With Svade too the hart would not set A and D before menvcfg.ADUE says so.
  max: {
    extensions: EXTENSIONS.filter((name) => name !== "svade"),
    text: "every extension that the emulator has",
  },
  rva22s64: { extensions: RVA22S64, scheme: "sv39", text: "the profile RVA22S64" },
} satisfies Readonly<Record<string, Model>>;
type ModelName = keyof typeof MODELS;
const modelOf = (name: string): Model => MODELS[name as ModelName];

/** In the order of the ISA string. */
export function extensionsOf({ model, features }: Pick<CpuConfig, "model" | "features">): string[] {
  return changed(modelOf(model).extensions, features);
}

/** The widest page tables; undefined: there are none. */
export function schemeOf({ model, properties }: Pick<CpuConfig, "model" | "properties">): Scheme | undefined {
  return widestScheme(modelOf(model).scheme, properties);
}

/** The name of an extension as typed, of those too that are known and not there; or undefined. */
function extensionName(typed: string): string | undefined {
  const name = typed.toLowerCase();
  return EXTENSIONS.includes(name) || RVA23S64.includes(name) ? name : undefined;
}

function refusal(changes: readonly ExtensionChange[]): string | undefined {
  const lacked = changes.find(({ name, on }) => on && !EXTENSIONS.includes(name));
  return lacked ? `the emulator lacks ${lacked.name}` : contradiction(changes);
}

function missing(profile: readonly string[]): string {
  const names = profile.filter((name) => !EXTENSIONS.includes(name));
  return `the emulator lacks ${names.slice(0, -1).join(", ")} and ${names.at(-1)} of that profile`;
}

export const CPUS = {
  models: Object.entries(MODELS).map(([name, { text }]) => ({ name: name as ModelName, text })),
  refused: { rva23s64: missing(RVA23S64) },
  properties: SCHEME_PROPERTIES,
  features: EXTENSIONS,
  feature: extensionName,
  contradiction: ({ model, features, properties }) =>
    refusal(features) ?? schemeContradiction(modelOf(model).scheme, properties),
} satisfies CpuRows;

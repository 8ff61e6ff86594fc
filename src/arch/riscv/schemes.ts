// Schemes of address translation that -cpu turns on and off (privileged 12.1.11): a hart has all up to the widest.

import type { PropertyRows, PropertyValues } from "../../base/properties.js";

/** satp.MODE by names, ascending. */
const MODES = { sv39: 8, sv48: 9, sv57: 10 } as const;
export type Scheme = keyof typeof MODES;
const SCHEMES = Object.keys(MODES) as Scheme[];

export const WIDEST: Scheme = "sv57";

export const SCHEME_PROPERTIES = {
  sv39: { type: "switch", text: "page tables of 3 levels" },
  sv48: { type: "switch", text: "page tables of 4 levels" },
  sv57: { type: "switch", text: "page tables of 5 levels" },
} as const satisfies PropertyRows;

/** satp.MODE of the widest; 0: there is none. */
export function satpMode(scheme: Scheme | undefined): number {
  return scheme === undefined ? 0 : MODES[scheme];
}

/** The widest that is on. Where none was turned on it is the model's, or what is left below those that are off. */
export function widestScheme(ofModel: Scheme | undefined, set: PropertyValues): Scheme | undefined {
  const values: PropertyValues = { ...(ofModel ? { [ofModel]: true } : {}), ...set };
  const on = SCHEMES.filter((name) => values[name] === true);
  if (on.length > 0) return on.at(-1);
  const off = SCHEMES.findIndex((name) => values[name] === false);
  return off < 0 ? WIDEST : SCHEMES[off - 1];
}

/** Why what was set contradicts itself, in a sentence. */
export function schemeContradiction(ofModel: Scheme | undefined, set: PropertyValues): string | undefined {
  const widest = widestScheme(ofModel, set);
  const without = SCHEMES.find((name) => set[name] === false && satpMode(name) < satpMode(widest));
  return without && `${widest} needs ${without}, which is off`;
}

// Properties that options set: of a device, of a machine. A folder says its properties as rows; parser, help, and the types of the
// values are made from them.

export interface PropertyRow {
  readonly type: PropertyKind;
  readonly text: string;
  /** What holds where nothing is said; absent: there is no value then. */
  readonly default?: PropertyValue;
  readonly required?: true;
  /** choice: the words it takes. fixed: the words that say what is the case anyway; others are refused. */
  readonly words?: readonly string[];
  /** number: its limits, 0 to 2^32 - 1 where none are given. */
  readonly least?: number;
  readonly most?: number;
  /** fixed: what to write instead. */
  readonly instead?: string;
  /** string: what it has to match, and what a user is told otherwise. */
  readonly pattern?: { readonly is: RegExp; readonly says: string };
}

/**
 * switch-auto: no value for `auto`; size: bytes; fixed: only says what is the case; slot: a PCI slot; drive, chardev, rng, netdev, fsdev:
 * the id of one.
 */
export type PropertyKind =
  | "string"
  | "switch"
  | "switch-auto"
  | "number"
  | "size"
  | "choice"
  | "fixed"
  | "slot"
  | "drive"
  | "chardev"
  | "rng"
  | "netdev"
  | "fsdev";

export type PropertyRows = { readonly [name: string]: PropertyRow };

/** Plain data: configurations are posted between threads. */
export type PropertyValue = string | number | boolean;
export type PropertyValues = Record<string, PropertyValue>;

type ValueOf<R extends PropertyRow> = R["type"] extends "switch" | "switch-auto"
  ? boolean
  : R["type"] extends "number" | "size" | "slot"
    ? number
    : R extends { readonly words: readonly (infer W extends string)[] }
      ? W
      : string;

/** What a device or a machine is given: every property that has a default or is required, others where they were set. */
export type Values<P extends PropertyRows> = {
  readonly [N in keyof P]: P[N] extends { readonly default: PropertyValue } | { readonly required: true }
    ? ValueOf<P[N]>
    : ValueOf<P[N]> | undefined;
};

/** What a user may set. */
export type Options<P extends PropertyRows> = {
  readonly [N in keyof P as P[N] extends { readonly required: true } ? N : never]: ValueOf<P[N]>;
} & {
  readonly [N in keyof P as P[N] extends { readonly required: true } ? never : N]?: ValueOf<P[N]>;
};

/** Adds the defaults to what was set. */
export function withDefaults<P extends PropertyRows>(rows: P, set: PropertyValues): Values<P> {
  const values: PropertyValues = {};
  for (const [name, row] of Object.entries(rows)) {
    const value = set[name] ?? row.default;
    if (value !== undefined) values[name] = value;
  }
  return values as Values<P>;
}

// A guest that a program is for. Its folder has a file `type.ts` that says its name and what -cpu can say of it; the code comes by
// import() when a machine is made.

import type { Options, PropertyRows } from "../base/properties.js";
import type { CpuConfig } from "../options/config.js";
import type { CpuModelRow, CpuRows, GuestRow } from "../options/rows.js";
import type { Arch } from "./arch.js";
import type { Frontend } from "./frontend.js";

export interface GuestType<
  Name extends string = string,
  M extends CpuModelRow = CpuModelRow,
  P extends PropertyRows = PropertyRows,
> extends GuestRow {
  /** That of its Arch. */
  readonly name: Name;
  readonly cpus: CpuRows<M, P>;
  /** Imports its code. */
  load(): Promise<Guest>;
}

export interface Guest {
  readonly arch: Arch;
  /** The frontend for a -cpu. */
  translation(cpu: CpuConfig): Translation;
}

export interface Translation {
  readonly frontend: Frontend;
  /** Features asked for that the emulator does not have; they are left out. */
  readonly missing: readonly string[];
}

/** File of a guest's core, by the guest's name. */
export function coreFile(guest: string): string {
  return `core-${guest}.wasm`;
}

export function defineGuest<const Name extends string, const M extends CpuModelRow, const P extends PropertyRows>(
  type: GuestType<Name, M, P>,
): GuestType<Name, M, P> {
  return type;
}

/** -cpu as an object: a model of a guest, features switched on and off, and the guest's other properties of CPUs. */
export type CpuChoice<T> =
  T extends GuestType<string, infer M, infer P>
    ? { readonly model: M["name"]; readonly features?: Readonly<Record<string, boolean>> } & Options<P>
    : never;

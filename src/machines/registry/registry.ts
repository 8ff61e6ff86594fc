// What there is for -machine. A machine's folder has a file `type.ts` that says its name, its properties and its buses, and how its
// code is loaded; parser and help read that. The code comes by import() when a machine is made.

import type { Options, PropertyRows } from "../../base/properties.js";
import type { BusName } from "../../devices/registry/registry.js";
import type { MachineRow } from "../../options/rows.js";
import type { AnyMachineModel } from "./model.js";

export interface MachineType<P extends PropertyRows = PropertyRows, N extends string = string> extends MachineRow {
  readonly name: N;
  /** Other names it goes by. */
  readonly aliases?: RegExp;
  /** The machine of its guests where nothing is said. */
  readonly usual?: true;
  /** Guests it is made for, the names of their Arch. */
  readonly architectures: readonly string[];
  readonly buses: readonly BusName[];
  readonly properties: P;
  /** Imports the machine's code, for one of its guests. Rejects with MachineError where there is none. */
  load(guest: string): Promise<AnyMachineModel>;
}

export function defineMachine<const P extends PropertyRows, const N extends string>(
  type: MachineType<P, N>,
): MachineType<P, N> {
  return type;
}

/** -machine as an object: `type`, and the properties of that type. */
export type MachineChoice<T> = T extends MachineType<infer P, infer N> ? { readonly type: N } & Options<P> : never;

/** The types -machine knows. */
export class MachineRegistry {
  /** `others`: those of other guests. */
  constructor(
    readonly list: readonly MachineType[],
    private readonly others: readonly MachineType[] = [],
  ) {}

  /** Those for a guest; the first is the default. */
  for(architecture: string): MachineRegistry {
    const own = (type: MachineType): boolean => type.architectures.includes(architecture);
    const usualFirst = (a: MachineType, b: MachineType): number => Number(b.usual ?? false) - Number(a.usual ?? false);
    return new MachineRegistry(
      this.list.filter(own).sort(usualFirst),
      this.list.filter((type) => !own(type)),
    );
  }

  /** Imports the code of all that are for a guest. */
  async loadAll(architecture: string): Promise<void> {
    await Promise.all(this.for(architecture).list.map((type) => type.load(architecture)));
  }

  /** The guests that have a machine of this name, where this one has none. */
  elsewhere(name: string): readonly string[] {
    return new MachineRegistry(this.others).find(name)?.architectures ?? [];
  }

  /** By a name or an alias. */
  find(name: string): MachineType | undefined {
    return this.list.find((type) => type.name === name || type.aliases?.test(name) === true);
  }
}

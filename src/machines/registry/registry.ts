// What there is for -machine. A machine's folder has a file `type.ts` that says its name, its properties and its buses, and how its
// code is loaded; parser and help read that. The code comes by import() when a machine is made.

import type { PropertyRows } from "../../base/properties.js";
import type { BusName } from "../../devices/registry/registry.js";
import type { AnyMachineModel } from "./model.js";

export interface MachineType<P extends PropertyRows = PropertyRows> {
  readonly name: string;
  /** Other names it goes by. */
  readonly aliases?: RegExp;
  readonly text: string;
  /** Guests it is made for, the names of their Arch. */
  readonly architectures: readonly string[];
  /** Buses that -device can plug into. */
  readonly buses: readonly BusName[];
  /** Of -machine. */
  readonly properties: P;
  /** Imports the machine's code, for one of its guests. Rejects with MachineError where there is none. */
  load(guest: string): Promise<AnyMachineModel>;
}

export function defineMachine<const P extends PropertyRows>(type: MachineType<P>): MachineType<P> {
  return type;
}

/** The types -machine knows. */
export class MachineRegistry {
  constructor(readonly list: readonly MachineType[]) {}

  /** Those for a guest; the first is the default. */
  for(architecture: string): MachineRegistry {
    return new MachineRegistry(this.list.filter(({ architectures }) => architectures.includes(architecture)));
  }

  /** Imports the code of all. */
  async loadAll(): Promise<void> {
    await Promise.all(this.list.flatMap((type) => type.architectures.map((guest) => type.load(guest))));
  }

  /** By a name or an alias. */
  find(name: string): MachineType | undefined {
    return this.list.find((type) => type.name === name || type.aliases?.test(name) === true);
  }
}

// What there is for -machine. A machine's folder has a file `type.ts` that says its name, its properties and its buses, and how its
// code is loaded; parser and help read that. The code comes by import() when a machine is made.

import type { PropertyRows } from "../../base/properties.js";
import type { BusName, DeviceRegistry } from "../../devices/registry/registry.js";
import type { Engine, Tier1 } from "../../engine/engine.js";
import type { MachineHost } from "../../machine/host.js";
import type { MonitoredMachine } from "../../monitor/attach.js";
import type { MachineConfig } from "../../options/config.js";

/** What a host gives besides itself: the guest's core module, compiled, and the second tier. */
export interface EngineParts {
  module: WebAssembly.Module;
  /** Memory is to be one that threads share, which `module` is made for (src/engine/shared.ts). */
  shared?: boolean;
  tier1?: (engine: Engine) => Tier1;
  /** What -device makes: those of this house unless told. */
  devices?: DeviceRegistry;
}

/** Rejects with MachineError (one sentence) when something the configuration names cannot be had. */
export type CreateMachine = (config: MachineConfig, host: MachineHost, parts: EngineParts) => Promise<MonitoredMachine>;

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
  /** Imports the machine's code. */
  load(): Promise<CreateMachine>;
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
    await Promise.all(this.list.map((type) => type.load()));
  }

  /** By a name or an alias. */
  find(name: string): MachineType | undefined {
    return this.list.find((type) => type.name === name || type.aliases?.test(name) === true);
  }
}

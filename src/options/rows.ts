// What devices and machines contribute to the options.

import type { PropertyRows } from "../base/properties.js";

export interface DeviceRow {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly text: string;
  readonly bus: string;
  readonly properties: PropertyRows;
}

export interface DeviceRows {
  readonly list: readonly DeviceRow[];
  /** By a name or an alias. */
  find(name: string): DeviceRow | undefined;
}

export interface MachineRow {
  readonly name: string;
  readonly text: string;
  readonly buses: readonly string[];
  readonly properties: PropertyRows;
}

export interface MachineRows {
  /** The first is the default. */
  readonly list: readonly MachineRow[];
  /** By a name or an alias. */
  find(name: string): MachineRow | undefined;
}

/** All that an option may name. */
export interface Catalogue {
  readonly machines: MachineRows;
  readonly devices: DeviceRows;
}

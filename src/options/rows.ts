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

/** All that an option may name. */
export interface Catalogue {
  readonly devices: DeviceRows;
}

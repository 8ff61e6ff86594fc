// What devices and machines contribute to the options.

import type { PropertyRows, PropertyValues } from "../base/properties.js";

export interface DeviceRow {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly text: string;
  readonly bus: string;
  /** The bus that it has for others. */
  readonly offers?: string;
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
  /** Buses that -device can plug into. */
  readonly buses: readonly string[];
  /** Of -machine. */
  readonly properties: PropertyRows;
  /** Ports that -serial connects, and the -device that is one, too. */
  readonly serial: { readonly ports: number; readonly device?: string };
  /** The card of -nic and -net, where no model is said. */
  readonly nic?: string;
  /** What -debugcon plugs in; it gets a `chardev` besides. */
  readonly debugConsole?: { readonly driver: string; readonly properties: PropertyValues };
  /** Options that switch off a property, by their names. */
  readonly without?: Readonly<Record<string, string>>;
  /** Flashes it has, for -pflash; absent: none. */
  readonly flashes?: number;
  /** It has QEMU's firmware configuration device, for -fw_cfg. */
  readonly firmwareFiles?: true;
  /** It has a device tree, for -dtb. */
  readonly deviceTree?: true;
}

export interface MachineRows {
  /** The first is the default. */
  readonly list: readonly MachineRow[];
  /** By a name or an alias. */
  find(name: string): MachineRow | undefined;
  /** The guests that have a machine of this name, where this one has none. */
  elsewhere(name: string): readonly string[];
}

export interface CpuModelRow {
  readonly name: string;
  readonly text: string;
}

/** A feature that was turned on or off. */
export interface FeatureRow {
  readonly name: string;
  readonly on: boolean;
}

/** What -cpu can say. */
export interface CpuRows<M extends CpuModelRow = CpuModelRow, P extends PropertyRows = PropertyRows> {
  /** The first is the default. */
  readonly models: readonly M[];
  /** Models that are known, and why there are none such. */
  readonly refused?: Readonly<Record<string, string>>;
  /** Beside features. */
  readonly properties: P;
  /** Features that models may have. */
  readonly features: readonly string[];
  /** The name of a feature as typed, of those too that no model has; undefined for what is no feature. */
  feature(typed: string): string | undefined;
  /** Why a choice contradicts itself. */
  contradiction?(cpu: {
    readonly model: string;
    readonly features: readonly FeatureRow[];
    readonly properties: PropertyValues;
  }): string | undefined;
}

export interface GuestRow {
  /** As in the name of its program. */
  readonly name: string;
  readonly cpus: CpuRows;
  /** Its programs can make calls of semihosting. */
  readonly semihosting?: true;
}

/** All that an option may name. */
export interface Catalogue {
  readonly guest: GuestRow;
  readonly machines: MachineRows;
  readonly devices: DeviceRows;
}

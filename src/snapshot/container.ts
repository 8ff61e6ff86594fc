// Everything a machine is, in memory: a header that says of which machine, a section for each part with an id and a version, and RAM.
// Host addresses, caches and translated code are not part of it.

import type { DeviceState } from "../devices/interfaces.js";
import type { Pages } from "./pages.js";

/** Counts up when the container itself changes. */
export const FORMAT = 1;

export interface SnapshotHeader {
  readonly format: number;
  /** Version of this program. */
  readonly engine: string;
  /** Name of the machine type. */
  readonly machine: string;
  /** CPU model with its features. */
  readonly cpu: string;
  /** Options that make the guest's machine another one, by their names, for a sentence that says which one differs. */
  readonly options: Readonly<Record<string, string>>;
}

export interface Section {
  /** Unique in a snapshot: a device's name, with a number where there are several. */
  readonly id: string;
  readonly version: number;
  readonly state: DeviceState;
}

export interface Snapshot {
  readonly header: SnapshotHeader;
  /** In board order, which is the order of loading and of settling. */
  readonly sections: readonly Section[];
  readonly ram: Pages;
}

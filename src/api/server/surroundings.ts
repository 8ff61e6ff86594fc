// What a thread that a machine runs in brings along: its clocks, its files, and the engine's parts.

import type { HostScheduler } from "../../machine/clock/scheduler.js";
import type { MachineHost } from "../../machine/host.js";
import type { EngineParts } from "../../machines/create/create.js";
import type { MachineConfig } from "../../options/config.js";
import type { LoadProgress } from "../api.js";
import type { CreateMessage } from "../messages.js";

/** What the thread's program brings along. */
export interface Surroundings {
  readonly version: string;
  readonly scheduler: HostScheduler;
  /**
   * Files, clocks and entropy; `progress` is told of what is being loaded, `warn` of what goes wrong later. Begins to load
   * what `config` names.
   */
  open(
    create: CreateMessage,
    config: MachineConfig,
    progress: (progress: LoadProgress) => void,
    warn: (message: string) => void,
  ): HostFiles;
  /** Calls `action` every so many milliseconds. */
  every(milliseconds: number, action: () => void): void;
}

export type HostFiles = Pick<
  MachineHost,
  | "entropy"
  | "monotonic"
  | "date"
  | "readFile"
  | "openFile"
  | "locate"
  | "openImage"
  | "openNetwork"
  | "openOverlay"
  | "openFolder"
  | "startRegionHelper"
  | "hotBlock"
  | "unpackModule"
> & {
  engineParts(): Promise<EngineParts>;
};

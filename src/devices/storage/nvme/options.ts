// What an NVMe controller is made with.

import type { BlockBackend } from "../../../block/interfaces.js";
import type { DeviceLog, GuestMemory } from "../../interfaces.js";
import type { DiskErrors } from "../../registry/context.js";

export interface NvmeOptions {
  readonly memory: GuestMemory;
  readonly log: DeviceLog;
  readonly backend: BlockBackend;
  readonly serial: string;
  readonly writeCache: boolean;
  readonly onError?: DiskErrors | undefined;
  readonly id?: string | undefined;
  readonly vectors: number;
}

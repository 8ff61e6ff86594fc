// What a monitor is made from.

import type { Topic } from "../devices/interfaces.js";
import type { Bus } from "../machine/bus.js";
import type { EngineCpu } from "../machine/cpu.js";
import type { Drive } from "../machine/drives.js";
import type { EngineGuestMemory } from "../machine/guest-memory.js";
import type { MachineLog } from "../machine/log.js";
import type { Machine } from "../machine/machine.js";
import type { MachineNetwork } from "../machine/network.js";
import type { MtreeRam } from "./info-mtree.js";
import type { DeviceTree } from "./info-qtree.js";

export interface MonitorSources {
  readonly machine: Machine;
  readonly cpu: EngineCpu;
  readonly memory: EngineGuestMemory;
  readonly log: MachineLog;
  readonly bus: Bus;
  readonly ram: readonly MtreeRam[];
  readonly drives: ReadonlyMap<string, Drive>;
  readonly network: MachineNetwork;
  readonly mainboard: DeviceTree["mainboard"] & { readonly topics?: readonly Topic[]; nmi?(): void };
  readonly plugged: DeviceTree["plugged"];
  /** The CPU's state in lines of text. */
  registers(): string;
}

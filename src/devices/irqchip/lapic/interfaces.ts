// What a local APIC is connected to.

import type { Clock, DeviceLog } from "../../interfaces.js";
import type { ApicBus } from "./bus.js";
import type { ApicRates } from "./timer.js";

/** The CPU as its local APIC sees it. */
export interface CpuInterrupts {
  /** An interrupt waits (true) until `acknowledge` or a change of priorities. Level, called on changes only. */
  setInterruptLine(level: boolean): void;
  nmi(): void;
  init(): void;
  /** Start at vector * 4096. */
  sipi(vector: number): void;
}

/** The 8259 pair as the local APIC sees it: asked for its vector when an ExtINT interrupt is taken. */
export interface ExtInt {
  acknowledge(): number;
}

export interface LapicOptions {
  readonly rates: ApicRates;
  /** APIC id; 0 is the boot CPU. */
  id: number;
  cpu: CpuInterrupts;
  clock: Clock;
  bus: ApicBus;
  pic?: ExtInt;
  log?: DeviceLog;
}

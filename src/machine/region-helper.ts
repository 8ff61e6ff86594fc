// The thread in which regions are made while the guest runs: the machine's end (src/guests/serve-regions.ts is the thread's).

import type { Port } from "../base/port.js";
import type { CpuConfig } from "../options/config.js";
import type { Compiler, RegionCompiler } from "../tier1/link/compiler.js";
import { CompilerHelper, type FromHelper, type ToHelper } from "../tier1/link/helper.js";

/** First what the regions are for, then what tier 1 asks. */
export type ToRegionHelper = ({ type: "start"; shared: boolean } & RegionCpu) | ToHelper;

/** What regions are made of: guest and CPU of the machine. */
export interface RegionCpu {
  readonly guest: string;
  readonly cpu: CpuConfig;
}

/** The machine's end of the connection to a thread that runs serveRegions(). */
export type RegionHelperPort = Port<ToRegionHelper, FromHelper>;
/** The thread's end. */
export type RegionWorkerPort = Port<FromHelper, ToRegionHelper>;

/** For RegionTier's options. */
export function regionHelper(port: RegionHelperPort, { guest, cpu }: RegionCpu): (own: Compiler) => RegionCompiler {
  return (own) => {
    port.post({ type: "start", guest, cpu, shared: own.shared });
    return new CompilerHelper(port, own);
  };
}

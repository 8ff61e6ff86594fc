// The thread in which regions are made while the guest runs: the machine's end and the thread's.

import type { CpuConfig } from "../options/config.js";
import type { Port } from "../port.js";
import { Compiler, type RegionCompiler } from "../tier1/compiler.js";
import { CompilerHelper, type FromHelper, serveCompiler, type ToHelper } from "../tier1/helper.js";
import { cpuParts } from "./engine-parts.js";

/** First the CPU the regions are for, then what tier 1 asks. */
export type ToRegionHelper = { type: "start"; cpu: CpuConfig; shared: boolean } | ToHelper;

/** The machine's end of the connection to a thread that runs serveRegions(). */
export type RegionHelperPort = Port<ToRegionHelper, FromHelper>;
/** The thread's end. */
export type RegionWorkerPort = Port<FromHelper, ToRegionHelper>;

/** For RegionTier's options. */
export function regionHelper(port: RegionHelperPort, cpu: CpuConfig): (own: Compiler) => RegionCompiler {
  return (own) => {
    port.post({ type: "start", cpu, shared: own.shared });
    return new CompilerHelper(port, own);
  };
}

/** The thread's program. */
export function serveRegions(port: RegionWorkerPort): void {
  port.onMessage = (message) => {
    if (message.type !== "start") return;
    const { frontend } = cpuParts(message.cpu);
    serveCompiler(port, new Compiler(frontend, { shared: message.shared }));
  };
}

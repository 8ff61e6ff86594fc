import type { RegionWorkerPort } from "../../machine/region-helper.js";
import { Compiler } from "../../tier1/link/compiler.js";
import { serveCompiler } from "../../tier1/link/helper.js";
import { cpuParts } from "./engine-parts.js";

/** The program of the thread in which regions are made while the guest runs. */
export function serveRegions(port: RegionWorkerPort): void {
  port.onMessage = (message) => {
    if (message.type !== "start") return;
    const { frontend } = cpuParts(message.cpu);
    serveCompiler(port, new Compiler(frontend, { shared: message.shared }));
  };
}

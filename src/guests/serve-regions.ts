import type { RegionWorkerPort, ToRegionHelper } from "../machine/region-helper.js";
import { Compiler } from "../tier1/link/compiler.js";
import { serveCompiler } from "../tier1/link/helper.js";
import { findGuest } from "./guests.js";

/** The program of the thread in which regions are made while the guest runs. */
export function serveRegions(port: RegionWorkerPort): void {
  port.onMessage = (message) => {
    // Nothing more comes until the thread says that it is ready.
    if (message.type === "start") void serve(port, message);
  };
}

async function serve(
  port: RegionWorkerPort,
  { guest, cpu, shared }: Extract<ToRegionHelper, { type: "start" }>,
): Promise<void> {
  const { frontend } = (await findGuest(guest).load()).translation(cpu);
  serveCompiler(port, new Compiler(frontend, { shared }));
}

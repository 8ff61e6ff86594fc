// The thread that makes regions beside the machine's.

import type { MessagePort } from "node:worker_threads";
import type { RegionHelperPort, ToRegionHelper } from "../machine/region-helper.js";
import type { FromHelper } from "../tier1/link/helper.js";
import { startThread, type ThreadPort, threadPort } from "./ports.js";

// dist/node/region-thread.js and src/node/region-thread.ts lie equally deep in the package.
const WORKER = new URL("../../dist/node/region-worker.js", import.meta.url);

export function startRegionHelper(guest: string): RegionHelperPort {
  return startRegionThread(guest);
}

/** The same for a machine in another thread, which has the other end of the connection. */
export function startRegionThread(guest: string, other?: MessagePort): ThreadPort<ToRegionHelper, FromHelper> {
  const worker = startThread(WORKER, { guest, other });
  // A machine that has ended does not wait for it.
  worker.unref();
  return threadPort(worker);
}

// The thread that makes regions beside the machine's.

import type { RegionHelperPort } from "../machine/region-helper.js";
import { startThread, threadPort } from "./ports.js";

// dist/node/region-thread.js and src/node/region-thread.ts lie equally deep in the package.
const WORKER = new URL("../../dist/node/region-worker.js", import.meta.url);

export function startRegionHelper(): RegionHelperPort & { readonly loaded: Promise<void> } {
  const worker = startThread(WORKER);
  // A machine that has ended does not wait for it.
  worker.unref();
  return threadPort(worker);
}

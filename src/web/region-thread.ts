// The worker that makes regions beside the machine's.

import type { RegionHelperPort } from "../machine/region-helper.js";
import { workerPort } from "./ports.js";

/** Undefined where a worker may not start another: a page's rules may forbid it. */
export function startRegionHelper(): RegionHelperPort | undefined {
  try {
    // Written out in one piece, because that is how bundlers recognise a worker.
    return workerPort(new Worker(new URL("./region-worker.js", import.meta.url), { type: "module" }));
  } catch {
    return undefined;
  }
}

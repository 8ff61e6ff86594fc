// The worker that makes regions beside the machine's.

import type { RegionHelperPort } from "../machine/region-helper.js";
import { workerPort } from "./ports.js";

/** The name by which a worker knows that it is this one. */
export const REGION_WORKER = "wasmachine-regions";

/** Undefined where a worker may not start another: a page's rules may forbid it. */
export function startRegionHelper(): RegionHelperPort | undefined {
  try {
    // The same file as the machine's worker, wherever a bundler or a page has put that.
    const { href } = self.location;
    return workerPort(new Worker(href, { type: "module", name: REGION_WORKER }), href);
  } catch {
    return undefined;
  }
}

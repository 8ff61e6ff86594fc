// The worker that makes regions beside the machine's.

import type { RegionHelperPort } from "../machine/region-helper.js";

/** Undefined where a worker may not start another: a page's rules may forbid it. */
export function startRegionHelper(): RegionHelperPort | undefined {
  let worker: Worker;
  try {
    // Written out in one piece, because that is how bundlers recognise a worker.
    worker = new Worker(new URL("./region-worker.js", import.meta.url), { type: "module" });
  } catch {
    return undefined;
  }
  const port: RegionHelperPort = {
    onMessage: undefined,
    onFailure: undefined,
    post: (message) => worker.postMessage(message),
    close: () => worker.terminate(),
  };
  worker.onmessage = ({ data }) => port.onMessage?.(data);
  worker.onerror = (event) => {
    // The machine's own thread does the work then.
    event.preventDefault();
    port.onFailure?.();
  };
  return port;
}

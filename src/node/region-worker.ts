// The program of the thread that makes regions.

import { parentPort } from "node:worker_threads";
import { type RegionWorkerPort, serveRegions } from "../machine/region-helper.js";

const machine = parentPort!;
const port: RegionWorkerPort = {
  onMessage: undefined,
  onFailure: undefined,
  post: (message) => machine.postMessage(message),
  close: () => machine.close(),
};
machine.on("message", (message) => port.onMessage?.(message));
serveRegions(port);

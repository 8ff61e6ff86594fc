// The program of the worker that makes regions.

import { type RegionWorkerPort, serveRegions } from "../machine/region-helper.js";

const scope = self as unknown as DedicatedWorkerGlobalScope;
const port: RegionWorkerPort = {
  onMessage: undefined,
  onFailure: undefined,
  post: (message) => scope.postMessage(message),
  close: () => scope.close(),
};
scope.onmessage = ({ data }) => port.onMessage?.(data);
serveRegions(port);

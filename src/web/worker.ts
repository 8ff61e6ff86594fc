// The program of the page's workers, one file for all of them: a machine's, and the one beside it that makes regions.

import { serveRegions } from "../guests/serve-regions.js";
import { serveMachine } from "./machine-worker.js";
import { ownPort } from "./ports.js";
import { REGION_WORKER } from "./region-thread.js";

const scope = self as unknown as DedicatedWorkerGlobalScope;

if (scope.name === REGION_WORKER) serveRegions(ownPort(scope));
else serveMachine(scope);

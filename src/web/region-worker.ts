// The program of the worker that makes regions.

import { serveRegions } from "../machine/region-helper.js";
import { ownPort } from "./ports.js";

serveRegions(ownPort(self as unknown as DedicatedWorkerGlobalScope));

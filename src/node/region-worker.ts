// The program of the thread that makes regions.

import { serveRegions } from "../guests/serve-regions.js";
import { yieldAsHelper } from "./background.js";
import { otherPort, ownPort, sayLoaded } from "./ports.js";

yieldAsHelper();
serveRegions(otherPort() ?? ownPort());
sayLoaded();

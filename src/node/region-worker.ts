// The program of the thread that makes regions.

import { loadGuest } from "../guests/guests.js";
import { serveRegions } from "../guests/serve-regions.js";
import type { ToRegionHelper } from "../machine/region-helper.js";
import type { FromHelper } from "../tier1/link/helper.js";
import { yieldAsHelper } from "./background.js";
import { otherPort, ownGuest, ownPort, sayLoaded } from "./ports.js";

yieldAsHelper();
// The thread that has started this one ends it: until then the connection to it keeps this thread, also where the machine has another one.
const own = ownPort<FromHelper, ToRegionHelper>();
serveRegions(otherPort() ?? own);
// The guest is imported when it is wanted; here it is loaded beforehand (see sayLoaded).
loadGuest(ownGuest()).then(sayLoaded, sayLoaded);

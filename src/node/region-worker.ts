// The program of the thread that makes regions.

import { loadGuests } from "../guests/guests.js";
import { serveRegions } from "../guests/serve-regions.js";
import { yieldAsHelper } from "./background.js";
import { otherPort, ownPort, sayLoaded } from "./ports.js";

yieldAsHelper();
serveRegions(otherPort() ?? ownPort());
// The guest is imported when it is known; here all are loaded beforehand (see sayLoaded).
loadGuests().then(sayLoaded, sayLoaded);

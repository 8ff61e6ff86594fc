// The program of the thread that makes regions.

import { loadGuest } from "../guests/guests.js";
import { serveRegions } from "../guests/serve-regions.js";
import { yieldAsHelper } from "./background.js";
import { otherPort, ownGuest, ownPort, sayLoaded } from "./ports.js";

yieldAsHelper();
serveRegions(otherPort() ?? ownPort());
// The guest is imported when it is wanted; here it is loaded beforehand (see sayLoaded).
loadGuest(ownGuest()).then(sayLoaded, sayLoaded);

// The program of the thread that makes regions.

import { serveRegions } from "../machine/region-helper.js";
import { ownPort } from "./ports.js";

serveRegions(ownPort());

// The guest with the cloud kernel of Debian trixie, which has virtio-fs built in: made where the release can be reached.

import { spawnSync } from "node:child_process";
import { ROOT, TRIXIE_CLOUD } from "./guest.js";
import { once } from "./once.js";

let made: boolean | undefined;

/** Makes it, if it is not there; why it cannot be had, else. */
export function makeTrixieCloud(): string | undefined {
  once("TRIXIE_CLOUD", () => {
    const args = ["dist/commands/cli.js", "guest", "--cloud", "--suite", "trixie", "--out", TRIXIE_CLOUD];
    made = spawnSync(process.execPath, args, { cwd: ROOT, stdio: ["ignore", 2, 2] }).status === 0;
  });
  return made === false ? "the cloud guest of Debian trixie cannot be built (see above)" : undefined;
}

// Once before tests that boot machines: the guest of `npm run boot` in pack/, and a second one whose disk only tests copy, so
// that it is as it was made.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { GUEST } from "./guest.js";
import { once } from "./once.js";

const root = fileURLToPath(new URL("..", import.meta.url));

export default function setup(): void {
  once("GUEST", makeGuests);
}

function makeGuests(): void {
  for (const args of [[], ["--out", GUEST]]) {
    const { status } = spawnSync(process.execPath, ["dist/commands/cli.js", "guest", ...args], {
      cwd: root,
      stdio: ["ignore", 2, 2],
    });
    if (status !== 0) throw new Error("the guest cannot be built: see above");
  }
}

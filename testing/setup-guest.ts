// Once before tests that boot machines: the guest of `npm run boot` in pack/, and a second one whose disk only tests copy, so
// that it is as it was made. A guest of riscv64 too, and firmware for it: these come from another release of Debian, which a host may
// not reach, and then the tests that need them say so and are skipped.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { GUEST, RISCV_GUEST } from "./guest.js";
import { once } from "./once.js";
import { fetchFirmware } from "./riscv/firmware.js";

const root = fileURLToPath(new URL("..", import.meta.url));

export default function setup(): void {
  once("GUEST", makeGuests);
}

function makeGuests(): void {
  for (const args of [[], ["--out", GUEST]]) {
    if (!makeGuest(args)) throw new Error("the guest cannot be built: see above");
  }
  if (!makeGuest(["--arch", "riscv64", "--out", RISCV_GUEST])) {
    console.error("tests: the guest of riscv64 cannot be built (see above): what boots it is skipped");
  }
  const reason = fetchFirmware();
  if (reason !== undefined) console.error(`tests: ${reason}: what needs it is skipped`);
}

function makeGuest(args: readonly string[]): boolean {
  const { status } = spawnSync(process.execPath, ["dist/commands/cli.js", "guest", ...args], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  return status === 0;
}

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Makes the guest in pack/ unless it is there and up to date; throws with the reason when that fails. */
export function buildGuest(): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["dist/guests/cli.js"], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the guest could not be built: ${stderr}${stdout}`);
}

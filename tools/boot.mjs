// npm run boot [-- options]: builds what is missing, then becomes `wasmachine boot`. Progress goes to standard error.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

if (!existsSync(`${root}dist/core-x86_64.wasm`) || !existsSync(`${root}dist/commands/cli.js`)) {
  const { status } = spawnSync("npm", ["run", "-s", "build"], { cwd: root, stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
// The guests are the repository's, from wherever this is run.
const at = process.argv.indexOf("--arch");
const folder = at < 0 || process.argv[at + 1] === "amd64" ? "pack" : `pack/${process.argv[at + 1]}`;
process.argv.splice(2, 0, "boot", "--guest", root + folder);
await import("../dist/commands/cli.js");

// npm start [-- options of tools/serve.mjs]: builds what is missing, then serves the page.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { main } from "./serve.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

function step(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(`${root}/dist/core.wasm`) || !existsSync(`${root}/dist/commands/cli.js`))
  step("npm", ["run", "-s", "build"]);
step(process.execPath, ["dist/commands/cli.js", "guest"]);
step("npm", ["run", "-s", "build:page"]);
await main(process.argv.slice(2)).catch((error) => {
  console.error(
    `start: ${error.code === "EADDRINUSE" ? `port ${error.port} is taken (-- --port N takes another)` : error.message}`,
  );
  process.exit(1);
});

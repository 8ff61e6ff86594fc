// npm start [-- options of tools/serve.mjs]: builds what is missing, then serves the page. The port is taken before, so that
// nothing is built in vain, nor under a server that is running.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { explain, HELP, isServed, readOptions, serveAnywhere } from "./serve.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const DEFAULT_ADDRESS = "http://127.0.0.1:8080/";

function step(command, args) {
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (status) => (status === 0 ? resolve() : process.exit(status ?? 1)));
  });
}

async function build() {
  if (!existsSync(`${root}/dist/core-x86_64.wasm`) || !existsSync(`${root}/dist/commands/cli.js`))
    await step("npm", ["run", "-s", "build"]);
  await step(process.execPath, ["dist/commands/cli.js", "guest"]);
  await step("npm", ["run", "-s", "build:page"]);
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(`npm start [-- OPTIONS]\nBuilds the page and its guest, and serves them.\n${HELP}`);
    return;
  }
  const asked = options.port === undefined ? DEFAULT_ADDRESS : `http://${options.host}:${options.port}/`;
  if (options.port !== 0 && (await isServed(asked))) {
    console.log(`wasmachine is at ${asked} already (-- --port 0 serves it once more)`);
    return;
  }
  let built;
  const ready = new Promise((resolve) => {
    built = resolve;
  });
  const { address } = await serveAnywhere({ ...options, ready });
  await build();
  built();
  console.log(`wasmachine is at ${address}`);
}

main().catch((error) => {
  console.error(`start: ${explain(error)}`);
  process.exit(1);
});

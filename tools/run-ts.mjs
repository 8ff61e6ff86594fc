// node tools/run-ts.mjs FILE.ts [ARGUMENTS]: runs a TypeScript program of the repository (tests' and benches' own tools), without a
// build step, by way of Vite's module loader.

import { resolve } from "node:path";
import { createServer } from "vite";

const file = process.argv[2];
if (!file) {
  console.error("usage: node tools/run-ts.mjs FILE.ts [ARGUMENTS]");
  process.exit(1);
}
process.argv.splice(1, 2, resolve(file));
const server = await createServer({
  server: { middlewareMode: true, hmr: false, watch: null, ws: false },
  appType: "custom",
  logLevel: "error",
  configFile: false,
});
try {
  await server.ssrLoadModule(resolve(file));
} finally {
  await server.close();
}

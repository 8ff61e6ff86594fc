// Compiles the toy's core. Tests' set-up does it once; the module is then read from build/.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sharedModule } from "../../src/engine/shared.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FILE = join(ROOT, "build/core-toy.wasm");
/** What it is made of. */
const SOURCES = [
  "core/engine",
  "core/float",
  "src/layout",
  "src/tier0",
  "src/tuning",
  "testing/toy/core",
  "testing/toy/layout.ts",
];

function newest(path: string): number {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Compiles it where it is missing or older than its sources. */
export function buildToy(): void {
  const sources = Math.max(...SOURCES.map((path) => newest(join(ROOT, path))));
  if (existsSync(FILE) && statSync(FILE).mtimeMs > sources) return;
  mkdirSync(dirname(FILE), { recursive: true });
  const options = ["--config", "core/asconfig.json", "--transform", "./core/load-signs.mjs", "--outFile", FILE];
  const args = ["node_modules/assemblyscript/bin/asc.js", "testing/toy/core/entry.ts", ...options];
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error("the toy's core could not be compiled: see above");
}

const modules: WebAssembly.Module[] = [];

export function toyModule(shared = false): WebAssembly.Module {
  const bytes = new Uint8Array(readFileSync(FILE));
  modules[Number(shared)] ??= new WebAssembly.Module(shared ? sharedModule(bytes) : bytes);
  return modules[Number(shared)]!;
}
